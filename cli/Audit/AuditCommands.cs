using System.CommandLine;
using System.Text.Json;
using Tideway.Cli.Api;
using Tideway.Cli.CommandLine;
using Tideway.Cli.Output;

namespace Tideway.Cli.Audit;

/// <summary>Who did what, in both directions.</summary>
internal static class AuditCommands
{
    private const string Path = "/api/tideway/v1/audit";

    private static readonly string[] ObjectNames = ["provider_name", "share", "schema", "table", "request_params.volume"];

    private static readonly Column[] Columns =
    [
        Column.Time("TIME", "event_time"),
        Column.Of("DIRECTION", "direction"),
        Column.Of("ACTION", "action_name"),
        Column.Of("WHO", "user_identity"),
        new("OBJECT", Object),
        Column.Of("DECISION", "decision"),
        Column.Of("STATUS", "response.status_code"),
        Column.Of("ERROR", "response.error_message"),
        Column.Of("REQUEST", "request_id"),
    ];

    public static Command Make(CommandSet commands)
    {
        var filter = new AuditFilter();
        var limit = Symbols.Limit(50);
        var ascending = Symbols.Flag("--oldest-first", "Begin with the oldest instead of the newest");
        var follow = Symbols.Flag("--follow", "Show what is recorded from now on, as it comes, until cancelled; as JSON, a record per line");
        var audit = commands.Leaf(
            "audit",
            "Show the audit record: every change and every access, granted or refused",
            "tideway audit --decision refused --start 2026-11-23\ntideway audit --recipient acme --follow",
            [.. filter.Options, limit, ascending, follow],
            (call, cancellationToken) =>
                call.Get(follow)
                    ? FollowAsync(call, filter, cancellationToken)
                    : ListAsync(call, filter, call.Get(ascending), call.Get(limit), cancellationToken)
        );
        audit.Add(Get(commands));
        audit.Add(Export(commands));
        audit.Add(Verify(commands));
        return audit;
    }

    private static async Task ListAsync(Call call, AuditFilter filter, bool ascending, int limit, CancellationToken cancellationToken)
    {
        var query = new Query([.. filter.Of(call), ("order", ascending ? "asc" : null)]);
        call.Output.List(await call.Api.ListAsync($"{Path:raw}{query}", "records", cancellationToken, limit), Columns);
    }

    private static async Task FollowAsync(Call call, AuditFilter filter, CancellationToken cancellationToken)
    {
        var head = await call.Api.GetAsync($"{Path:raw}/head", cancellationToken);
        var after = head.GetProperty("sequence").GetInt64();
        while (true)
        {
            var query = new Query([.. filter.Of(call), ("after_sequence", after)]);
            await foreach (var record in call.Api.LinesAsync($"{Path:raw}/export{query}", cancellationToken))
            {
                call.Output.Line(record, Text);
                after = record.GetProperty("sequence").GetInt64();
            }

            await Task.Delay(call.Environment.PollInterval, call.Environment.Time, cancellationToken);
        }
    }

    private static Command Get(CommandSet commands)
    {
        var id = new Argument<Guid>("EVENT_ID") { Description = "Identity of the event", CustomParser = ValueText.Id };
        return commands.Leaf(
            "get",
            "Show one record whole",
            "tideway audit get 019ab3c2-7c1e-7d60-9a3b-0b1f6f0d2f11",
            [id],
            async (call, cancellationToken) =>
            {
                var record = await call.Api.GetAsync($"{Path:raw}/{call.Get(id).ToString()}", cancellationToken);
                call.Output.Item(record, [.. record.EnumerateObject().Select(member => Column.Of(member.Name, member.Name))]);
            }
        );
    }

    private static Command Export(CommandSet commands)
    {
        var filter = new AuditFilter();
        var after = Symbols.Number("--after", "Go on after this sequence", "SEQUENCE");
        return commands.Leaf(
            "export",
            "Write all records to standard output, one JSON object per line, in the order they were made",
            "tideway audit export --after 120000 > audit.ndjson",
            [.. filter.Options, after],
            async (call, cancellationToken) =>
            {
                var query = new Query([.. filter.Of(call), ("after_sequence", call.Get(after) ?? 0)]);
                await foreach (var record in call.Api.LinesAsync($"{Path:raw}/export{query}", cancellationToken))
                    await call.Environment.Out.WriteLineAsync(record.GetRawText());
            }
        );
    }

    private static Command Verify(CommandSet commands) =>
        commands.Leaf(
            "verify",
            "Check that the record is as it was written; exit code 1 names the first broken record",
            "tideway audit verify",
            [],
            async (call, cancellationToken) =>
            {
                var state = await call.Api.GetAsync($"{Path:raw}/verify", cancellationToken);
                call.Output.Item(
                    state,
                    Column.Of("Valid", "valid"),
                    Column.Of("Verified", "verified_count"),
                    Column.Of("Last hash", "last_hash"),
                    Column.Of("First broken", "first_broken.sequence"),
                    Column.Of("Event", "first_broken.event_id"),
                    Column.Of("Reason", "first_broken.reason")
                );
                if (!state.GetProperty("valid").GetBoolean())
                    throw new CliFailure(ExitCode.Failed, $"The audit record is broken: {Column.Of("", "first_broken.message").Text(state)}");
            }
        );

    private static string Text(JsonElement record) => string.Join("  ", Columns.Select(column => column.Text(record)).Where(text => text.Length > 0));

    private static string Object(JsonElement record)
    {
        var names = ObjectNames.Select(name => Column.Find(record, name)?.GetString()).OfType<string>().ToList();
        return names.Count > 0 ? string.Join('.', names) : Column.Find(record, "recipient_name")?.GetString() ?? "";
    }
}
