using System.CommandLine;
using Tideway.Cli.CommandLine;
using Tideway.DuckDb;

namespace Tideway.Cli.Tables;

/// <summary>A condition on rows that a command line gives. It may come from anywhere, so it reads nothing but the table's columns.</summary>
internal sealed class RowCondition
{
    public Option<string?> Where { get; } = Symbols.Option("--where", "Only rows for which this holds, as SQL on the columns", "SQL");

    /// <summary>Refuses a condition that does not fit the columns, by the SELECT of no rows that it stands in.</summary>
    public static void RequireFit(string sql, CancellationToken cancellationToken)
    {
        using var database = DuckDbDatabase.Open(new DuckDbOptions { Locked = true });
        using var connection = database.Connect();
        try
        {
            connection.Prepare(sql, cancellationToken).Dispose();
        }
        catch (DuckDbException exception)
        {
            // What follows shows the place in a SELECT that nobody wrote.
            var place = exception.Message.IndexOf("\nLINE ", StringComparison.Ordinal);
            throw new CliFailure(ExitCode.Usage, $"--where: {(place < 0 ? exception.Message : exception.Message[..place]).Trim()}", exception);
        }
    }

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
