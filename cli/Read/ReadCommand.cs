using System.CommandLine;
using Tideway.Cli.CommandLine;
using Tideway.Cli.Tables;
using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Client.Downloads;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Tables;

namespace Tideway.Cli.Read;

/// <summary>Reads what any sharing server shares with the owner of a profile file; needs no Tideway on either side.</summary>
internal static class ReadCommand
{
    public static Command Make(CommandSet commands)
    {
        var target = Symbols.Text(
            "PROFILE#SHARE.SCHEMA.TABLE",
            "The profile file and the table; the profile file alone, or with a share or schema, lists what is shared"
        );
        var version = Symbols.Number("--version", "The version to read; else the latest", "VERSION");
        var timestamp = Symbols.Time("--timestamp", "The version that was there at this time, such as 2026-11-23T10:00:00Z");
        var changes = Symbols.Option(
            "--changes",
            "The rows that changed from one version or time to another, both included, such as 3..7 or 2026-11-23T10:00:00Z..; without TO up to the latest",
            "FROM..[TO]"
        );
        var condition = new RowCondition();
        var columns = Symbols.Many("--column", "Only this column, any number of times", "NAME");
        var output = new RowOutput();
        var profile = new ProfileOptions();
        return commands.Leaf(
            "read",
            "Read a table that any Delta Sharing server shares, by its profile file",
            "tideway read partner.share#sales.public.orders --where \"country = 'DE'\" --output parquet --out orders.parquet",
            [target, version, timestamp, changes, condition.Where, columns, output.Limit, output.Out, output.Compression, .. profile.All],
            (call, cancellationToken) =>
                LocalTable.GuardAsync(() =>
                    SharingFailure.GuardAsync(async () =>
                    {
                        var address = SharedAddress.Parse(call.Get(target));
                        var options = new DeltaSharingClientOptions
                        {
                            ResponseFormats = ResponseFormats.Parquet | ResponseFormats.Delta,
                            ReaderFeatures = SharedFeatures.ForReading,
                        };
                        using var client = await profile.OpenAsync(call, address.Profile, options, cancellationToken);
                        if (address.Table is not { } table)
                        {
                            await SharedList.WriteAsync(call, client.Sharing, address.Names, cancellationToken);
                            return;
                        }

                        var where = condition.Of(call, cancellationToken);
                        var range = call.Get(changes) is { } given ? SharedRange.Parse(given) : null;
                        if (range is not null && (call.Has(version) || call.Has(timestamp)))
                            throw new CliFailure(ExitCode.Usage, "--changes says which versions; --version and --timestamp cannot be given with it.");
                        using var folder = new SpillFolder();
                        await using var writing = output.Begin(call, [folder.Path]);
                        var brought = new BroughtFiles(
                            folder.Path,
                            new FileDownloader(client.Http, options, call.Environment.Time) { FlushesToDisk = false },
                            new RangeReader(client.Http, options, call.Environment.Time),
                            call.Environment.Error,
                            call.Environment.Time
                        );
                        var reading = new SharedReading(client.Sharing, table, brought, folder.Path, call.Environment.Time);
                        var wanted = call.Get(columns) is { Length: > 0 } names ? names : null;
                        var rows = range is not null
                            ? await reading.ChangesAsync(range, where, wanted, cancellationToken)
                            : await reading.RowsAsync(Query(call, version, timestamp, where, output), where, wanted, cancellationToken);
                        await writing.WriteAsync(rows.Sql, rows.Columns, cancellationToken);
                    })
                ),
            formats: RowFormats.All
        );
    }

    private static QueryRequest Query(Call call, Option<long?> version, Option<DateTimeOffset?> timestamp, string? where, RowOutput output)
    {
        if (call.Has(version) && call.Has(timestamp))
            throw new CliFailure(ExitCode.Usage, "--version and --timestamp cannot both be given.");
        return new QueryRequest
        {
            Version = call.Get(version),
            Timestamp = call.Get(timestamp) is { } time ? WireTimestamp.Format(time) : null,
            // Only a hint: what else comes is left out here. One that a server understands in another way would leave out files that are wanted.
            PredicateHints = where is not null && PortableCondition.Is(where) ? [where] : [],
            LimitHint = where is null && (call.Format == "table" || call.Has(output.Limit)) ? call.Get(output.Limit) : null,
            IncludeRefreshToken = !call.Has(version) && !call.Has(timestamp),
        };
    }
}
