using System.CommandLine;
using Tideway.Cli.CommandLine;

namespace Tideway.Cli.Tables;

/// <summary>Delta tables on this machine; no server is asked.</summary>
internal static class TableCommands
{
    public static Command Make(CommandSet commands) =>
        CommandSet.Group(
            "table",
            "Delta tables on this machine: look into them, make them, add rows and change them",
            RowsCommand.Make(commands),
            SchemaCommand.Make(commands),
            HistoryCommand.Make(commands),
            FilesCommand.Make(commands),
            WriteCommands.Create(commands),
            WriteCommands.Append(commands),
            ChangeCommands.Overwrite(commands),
            ChangeCommands.Delete(commands),
            ChangeCommands.Update(commands),
            ChangeCommands.Merge(commands)
        );
}
