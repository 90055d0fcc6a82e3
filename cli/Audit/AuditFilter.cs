using System.CommandLine;
using Tideway.Cli.CommandLine;

namespace Tideway.Cli.Audit;

/// <summary>The options that choose records.</summary>
internal sealed class AuditFilter
{
    private readonly List<(string Parameter, Option<string?> Option)> options =
    [
        ("start_time", Symbols.Option("--start", "From this time on, such as 2026-11-23T10:00:00Z or 2026-11-23", "TIME")),
        ("end_time", Symbols.Option("--end", "Before this time", "TIME")),
        ("actor", Symbols.Option("--actor", "Who did it: a principal or a recipient", "NAME")),
        ("recipient", Symbols.Option("--recipient", "Concerning this recipient", "NAME")),
        ("provider", Symbols.Option("--provider", "Concerning this provider", "NAME")),
        ("share", Symbols.Option("--share", "Concerning this share", "NAME")),
        ("schema", Symbols.Option("--schema", "Concerning this schema", "NAME")),
        ("table", Symbols.Option("--table", "Concerning this table", "NAME")),
        ("action", Symbols.Option("--action", "What was done, such as deltaSharingQueryTable or createShare", "NAME")),
        ("direction", Symbols.Option("--direction", "Which way the data flows", "outbound|inbound|own")),
        ("decision", Symbols.Option("--decision", "What was decided on an access", "granted|refused|none")),
        ("request_id", Symbols.Option("--request-id", "The exchange with this request id", "ID")),
        ("service", Symbols.Option("--service", "Which of our services did it", "NAME")),
    ];

    public IEnumerable<Option> Options => options.Select(pair => pair.Option);

    public IEnumerable<(string, object?)> Of(Call call) => options.Select(pair => (pair.Parameter, (object?)call.Get(pair.Option)));
}
