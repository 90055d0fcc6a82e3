using System.CommandLine;
using System.CommandLine.Parsing;

namespace Tideway.Cli.CommandLine;

/// <summary>Options of every command.</summary>
internal sealed class GlobalOptions
{
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(100);

    private static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(1);

    public Option<string?> Url { get; } =
        new("--url")
        {
            Description = "Address of Tideway; else TIDEWAY_URL, else the one of the last login, else http://127.0.0.1:8080",
            HelpName = "URL",
            Recursive = true,
        };

    public Option<string?> Token { get; } =
        new("--token")
        {
            Description = "Bearer token; else TIDEWAY_TOKEN, else the one of the last login. Others on this machine can see it here: prefer the variable",
            HelpName = "TOKEN",
            Recursive = true,
        };

    public Option<string> Output { get; } =
        new Option<string>("--output", "-o")
        {
            Description = "table for people; json for programs, with nothing else on standard output; rows of tables also as csv or parquet",
            HelpName = "table|json|csv|parquet",
            Recursive = true,
            DefaultValueFactory = _ => "table",
        }.AcceptOnlyFromAmong("table", "json", "csv", "parquet");

    public Option<TimeSpan?> Timeout { get; } =
        new("--timeout")
        {
            Description = "How long to wait for an answer, such as 30s or 5m [default: 100s]",
            HelpName = "DURATION",
            Recursive = true,
            CustomParser = ReadTimeout,
        };

    public void AddTo(Command root)
    {
        root.Add(Url);
        root.Add(Token);
        root.Add(Output);
        root.Add(Timeout);
    }

    private static TimeSpan? ReadTimeout(ArgumentResult result)
    {
        var timeout = DurationText.Parse(result);
        if (!result.Errors.Any() && (timeout <= TimeSpan.Zero || timeout > LongestTimeout))
            result.AddError($"--timeout must be 1s to {LongestTimeout.TotalDays}d; got '{result.Tokens[^1].Value}'.");
        return timeout;
    }
}
