using System.CommandLine;
using Tideway.Cli.CommandLine;

namespace Tideway.Cli.Tables;

/// <summary>Delta tables on this machine; no server is asked.</summary>
internal static class TableCommands
{
    public static Command Make(CommandSet commands) =>
        CommandSet.Group(
            "table",
            "Delta tables on this machine: look into them, make them, add rows, change them and keep them in order",
            RowsCommand.Make(commands),
            SchemaCommand.Make(commands),
            HistoryCommand.Make(commands),
            ChangesCommand.Make(commands),
            FilesCommand.Make(commands),
            VerifyCommand.Make(commands),
            WriteCommands.Create(commands),
            WriteCommands.Append(commands),
            AlterCommands.Make(commands),
            MaintenanceCommands.Optimize(commands),
            MaintenanceCommands.Vacuum(commands),
            MaintenanceCommands.Checkpoint(commands),
            MaintenanceCommands.Restore(commands)
        );
}
