using System.CommandLine;
using Tideway.Cli.CommandLine;
using Tideway.DuckDb;

namespace Tideway.Cli.Tables;

/// <summary>A condition on rows that a command line gives. It may come from anywhere, so it reads nothing but the table's columns.</summary>
internal sealed class RowCondition
{
    public Option<string?> Where { get; } = Symbols.Option("--where", "Only rows for which this holds, as SQL on the columns", "SQL");

    /// <summary>The condition, if there is one.</summary>
    public string? Of(Call call, CancellationToken cancellationToken)
    {
        if (call.Get(Where) is not { } sql)
            return null;
        using var database = DuckDbDatabase.Open(new DuckDbOptions { Locked = true });
        using var connection = database.Connect();
        try
        {
            connection.CheckCondition(sql, cancellationToken);
            return sql;
        }
        catch (DuckDbException exception)
        {
            throw new CliFailure(ExitCode.Usage, $"--where: {exception.Message}", exception);
        }
    }
}
