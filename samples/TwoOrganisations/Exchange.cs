using System.Diagnostics;
using System.Text.Json.Nodes;
using Tideway.DuckDb;

namespace Tideway.TwoOrganisations;

/// <summary>The exchange, step by step; each step says what moved, and the last compares both sides.</summary>
internal sealed class Exchange(Organisation skylane, Organisation harbor, DuckDbDatabase database, string flightsFile, TextWriter output)
{
    private static readonly string[] FlightKey = ["flight_id"];

    private readonly JsonObject figures = [];

    private string SkylaneFlights => Path.Combine(skylane.Process.Tables, "flights");

    private string HarborFlights => Path.Combine(harbor.Process.Tables, "flights");

    private string HarborRisk => Path.Combine(harbor.Process.Tables, "delay-risk");

    private string SkylaneRisk => Path.Combine(skylane.Process.Tables, "delay-risk");

    /// <summary>Runs every step; the figures are for the last line.</summary>
    public async Task<JsonObject> RunAsync(CancellationToken cancellationToken)
    {
        var flights = new Flights(database, flightsFile, SkylaneFlights);
        var version = await StepAsync(
            "Skylane writes its flights as a Delta table, partitioned by month, with change data feed",
            () => flights.CreateAsync(cancellationToken),
            v => $"versions 0 to {v}"
        );

        await StepAsync(
            "Skylane shares them with Harbor; Harbor opens the activation link and adds Skylane as a provider",
            async () =>
            {
                var link = await skylane.InviteAsync("harbor", cancellationToken);
                await skylane.ShareAsync("flights", "travel.flights", SkylaneFlights, "harbor", cancellationToken);
                await harbor.AddProviderAsync("skylane", link, cancellationToken);
                return link;
            },
            _ => "profile downloaded once; the link is spent"
        );
        await SyncAsync(
            "Harbor syncs the whole table (mode merge, key flight_id)",
            harbor,
            "flights",
            "skylane",
            "flights",
            "travel",
            "flights",
            "merge",
            HarborFlights,
            version,
            "first_sync",
            cancellationToken
        );

        var later = await StepAsync(
            "Skylane commits a later day: new flights, corrected delays, withdrawn flights",
            () => flights.CommitLaterDayAsync(cancellationToken),
            r => $"version {r.Version}: {r.RowsInserted:N0} inserted, {r.RowsUpdated:N0} updated, {r.RowsDeleted:N0} deleted"
        );
        var told = await WaitAsync(
            "Harbor is told by a signed notice, pulls the row changes and merges them",
            harbor,
            "flights",
            later.Version,
            "later_day",
            cancellationToken
        );
        Check("Harbor's run was started by the notice", told["trigger"]!.GetValue<string>() == "event", told["trigger"]!.ToString());
        Check(
            "Harbor took the changes, not the whole table",
            !told["whole_table"]!.GetValue<bool>(),
            $"{told["files_done"]} files, {told["bytes_done"]} bytes"
        );

        var risk = await StepAsync(
            "Harbor computes the delay risk per origin, destination and hour from its own copy",
            () => DelayRisk.ComputeAsync(database, HarborFlights, HarborRisk, cancellationToken),
            r => $"{r.RowsInserted:N0} rows"
        );
        await StepAsync(
            "Harbor shares that back; Skylane adds Harbor as a provider",
            async () =>
            {
                var link = await harbor.InviteAsync("skylane", cancellationToken);
                await harbor.ShareAsync("risk", "insight.delay_risk", HarborRisk, "skylane", cancellationToken);
                await skylane.AddProviderAsync("harbor", link, cancellationToken);
                return link;
            },
            _ => "the other direction has its own share, recipient and credential"
        );
        await SyncAsync(
            "Skylane syncs it (mode mirror)",
            skylane,
            "delay-risk",
            "harbor",
            "risk",
            "insight",
            "delay_risk",
            "mirror",
            SkylaneRisk,
            risk.Version,
            "sync_back",
            cancellationToken
        );

        await CompareAsync(cancellationToken);
        await ShowRecordsAsync(cancellationToken);
        return figures;
    }

    private async Task SyncAsync(
        string title,
        Organisation organisation,
        string name,
        string provider,
        string share,
        string schema,
        string table,
        string mode,
        string target,
        long version,
        string figure,
        CancellationToken cancellationToken
    )
    {
        await organisation.PostAsync(
            "/api/tideway/v1/syncs",
            new
            {
                name,
                provider,
                share,
                schema,
                table,
                mode,
                keys = mode == "merge" ? FlightKey : [],
                target,
                interval_seconds = 300,
            },
            cancellationToken
        );
        await WaitAsync(title, organisation, name, version, figure, cancellationToken);
    }

    private Task<JsonNode> WaitAsync(string title, Organisation organisation, string sync, long version, string figure, CancellationToken cancellationToken) =>
        StepAsync(
            title,
            () => organisation.WaitForSyncAsync(sync, version, cancellationToken),
            run =>
            {
                var seconds = (run["finished_at"]!.GetValue<long>() - run["started_at"]!.GetValue<long>()) / 1000.0;
                figures[figure] = new JsonObject
                {
                    ["files"] = run["files_done"]!.GetValue<long>(),
                    ["bytes"] = run["bytes_done"]!.GetValue<long>(),
                    ["seconds"] = seconds,
                };
                var rows = run["rows_inserted"] is null
                    ? ""
                    : $"; rows: {run["rows_inserted"]} inserted, {run["rows_updated"]} updated, {run["rows_deleted"]} deleted";
                return $"remote version {run["to_version"]}, {run["files_done"]} files, {run["bytes_done"]!.GetValue<long>() / 1e6:N1} MB in {seconds:N1} s{rows}";
            }
        );

    private async Task CompareAsync(CancellationToken cancellationToken)
    {
        output.WriteLine();
        output.WriteLine($"{"", -14}{"Skylane", -52}{"Harbor", -52}");
        foreach (var (name, one, other) in new[] { ("flights", SkylaneFlights, HarborFlights), ("delay_risk", SkylaneRisk, HarborRisk) })
        {
            var left = await Tables.ContentAsync(database, one, cancellationToken);
            var right = await Tables.ContentAsync(database, other, cancellationToken);
            output.WriteLine($"{name, -14}{Describe(left), -52}{Describe(right), -52}");
            Check($"{name} is the same on both sides", left.Equals(right), left.Hash);
            figures[name + "_rows"] = left.Rows;
        }
    }

    private async Task ShowRecordsAsync(CancellationToken cancellationToken)
    {
        foreach (var organisation in new[] { skylane, harbor })
        {
            output.WriteLine();
            output.WriteLine($"{organisation.Name}'s record, newest first:");
            var answer = await organisation.GetAsync("/api/tideway/v1/audit?max_results=12", cancellationToken);
            var events = answer["records"]!.AsArray();
            foreach (var entry in events)
            {
                var who = entry!["recipient_name"] ?? entry["provider_name"] ?? entry["user_identity"];
                output.WriteLine(
                    $"  {entry["event_time"]!.GetValue<DateTimeOffset>():HH:mm:ss.fff}  {entry["direction"], -9} {entry["action_name"], -34} {who, -12} {entry["share"]}"
                );
            }

            var verified = await organisation.GetAsync("/api/tideway/v1/audit/verify", cancellationToken);
            Check($"{organisation.Name}'s record is unbroken", verified["valid"]?.GetValue<bool>() == true, $"{verified["verified_count"]} records");
        }
    }

    private static string Describe(Content content) => $"{content.Rows:N0} rows  {content.Hash}";

    private void Check(string what, bool holds, string detail)
    {
        if (!holds)
            throw new InvalidOperationException($"Check failed: {what} ({detail})");
        output.WriteLine($"  ok: {what} ({detail})");
    }

    private async Task<T> StepAsync<T>(string title, Func<Task<T>> step, Func<T, string> detail)
    {
        output.WriteLine();
        output.WriteLine(title);
        var start = Stopwatch.GetTimestamp();
        var result = await step();
        output.WriteLine($"  {detail(result)}  [{Stopwatch.GetElapsedTime(start).TotalSeconds:N1} s]");
        return result;
    }
}
