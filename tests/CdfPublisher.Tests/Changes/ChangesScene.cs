using System.Net;
using System.Text.Json;
using Tideway.CdfPublisher.Tests.Support;
using Tideway.Contracts.CdfPublisher;
using Tideway.Hosting.Database;

namespace Tideway.CdfPublisher.Tests.Changes;

/// <summary>A share of tables with many kinds of history, and a recipient that is granted it.</summary>
public abstract class ChangesScene : IAsyncLifetime
{
    private protected static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    private protected readonly TempFolder storage = new();
    private protected readonly ShareEvents share = new();
    private protected readonly KnownTokens tokens = new();
    private protected TestDatabase database = null!;
    private protected PublisherHost host = null!;
    private protected HttpClient client = null!;

    public async ValueTask InitializeAsync()
    {
        database = await TestDatabase.CreateAsync(DatabaseEngine.Sqlite);
        tokens.AddRecipient(share.Token, share.RecipientId, share.RecipientName);
        tokens.AddRecipient("other", Guid.CreateVersion7(), "other");
        host = await PublisherHost.StartAsync(database, storage.Path, tokens);
        client = host.ClientOf(share.Token);
        // 0 creates, 1 appends, 2 updates with change files, 3 only rearranges, 4 widens the schema, 5 deletes a file.
        var orders = new DeltaFolder(storage.Path, "orders")
            .Create()
            .Append(1)
            .Commit(2, DeltaFolder.Info("UPDATE"), DeltaFolder.Remove("part-1.parquet"), DeltaFolder.Add("part-2.parquet"), DeltaFolder.Cdc("cdc-2.parquet"))
            .Commit(3, DeltaFolder.Info("OPTIMIZE"), DeltaFolder.Add("part-3.parquet", dataChange: false))
            .Commit(4, DeltaFolder.Metadata(schema: DeltaFolder.WiderSchema), DeltaFolder.Add("part-4.parquet"))
            .Commit(5, DeltaFolder.Info("DELETE"), DeltaFolder.Remove("part-0.parquet"));
        for (var version = 0; version <= 5; version++)
            orders.At(version, Start.AddHours(version));
        var snapshotOnly = new DeltaFolder(storage.Path, "plain").Create(feed: false);
        var late = new DeltaFolder(storage.Path, "late")
            .Create()
            .Append(1)
            .Commit(2, DeltaFolder.Metadata(feed: false))
            .Append(3)
            .Commit(4, DeltaFolder.Metadata(feed: true))
            .Append(5);
        var mapped = new DeltaFolder(storage.Path, "mapped").Commit(
            0,
            DeltaFolder.Protocol,
            DeltaFolder.Metadata(mapping: "name"),
            DeltaFolder.Add("a.parquet")
        );
        var deleted = new DeltaFolder(storage.Path, "deleted")
            .Create()
            .Commit(
                1,
                DeltaFolder.Add(
                    "a.parquet",
                    more: ""","deletionVector":{"storageType":"u","pathOrInlineDv":"ab^-aqEH.-t@S}K{vb[*k^","offset":4,"sizeInBytes":40,"cardinality":6}"""
                )
            );
        var partitioned = new DeltaFolder(storage.Path, "partitioned")
            .Commit(0, DeltaFolder.Protocol, DeltaFolder.Metadata(partitionColumns: "[\"id\"]"), DeltaFolder.Add("a.parquet"))
            .Commit(1, DeltaFolder.Remove("a.parquet", more: ""));
        var outside = new DeltaFolder(storage.Path, "outside").Create().Commit(1, DeltaFolder.Add("file:///etc/passwd"));
        var merged = new DeltaFolder(storage.Path, "merged")
            .Create()
            .Commit(
                1,
                DeltaFolder.Info("MERGE", """{"numTargetRowsInserted":"0","numTargetRowsUpdated":"0","numTargetRowsDeleted":"0"}"""),
                DeltaFolder.Remove("part-0.parquet"),
                DeltaFolder.Add("a.parquet")
            );
        await share.CreateAsync(
            host,
            1,
            ShareEvents.TableAt(orders.Location),
            ShareEvents.TableAt(orders.Location, "unshared", feed: false),
            ShareEvents.TableAt(orders.Location, "since2", startVersion: 2),
            ShareEvents.TableAt(snapshotOnly.Location, "plain"),
            ShareEvents.TableAt(late.Location, "late"),
            ShareEvents.TableAt(mapped.Location, "mapped"),
            ShareEvents.TableAt(deleted.Location, "deleted"),
            ShareEvents.TableAt(partitioned.Location, "partitioned"),
            ShareEvents.TableAt(outside.Location, "outside"),
            ShareEvents.TableAt(merged.Location, "merged"),
            ShareEvents.TableAt(new Uri(Path.Combine(storage.Path, "gone")).AbsoluteUri, "gone")
        );
        await share.GrantAsync(host, 2);
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        database.Dispose();
        storage.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected static string Md5(string text)
    {
#pragma warning disable CA5351 // The id that clients know, not a protection.
        return Convert.ToHexStringLower(System.Security.Cryptography.MD5.HashData(System.Text.Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5351
    }

    private protected static string PathOf(string table, string query) => $"/delta-sharing/shares/sales/schemas/public/tables/{table}/changes?{query}";

    private protected static string? HeaderOf(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : null;

    private protected static IEnumerable<string> NamesOf(HttpResponseMessage answer) => answer.Headers.Select(header => header.Key).Order();

    private protected static string KindOf(JsonElement line)
    {
        var field = line.EnumerateObject().ShouldHaveSingleItem();
        return field.Name is "protocol" or "metaData" ? field.Name : $"{field.Name}:{field.Value.GetProperty("version").GetInt64()}";
    }

    private protected static async Task<JsonElement> JsonOf(HttpResponseMessage answer) =>
        JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;

    private protected static async Task<List<JsonElement>> LinesOf(HttpResponseMessage answer)
    {
        var body = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, body);
        body.ShouldEndWith("\n");
        return [.. body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
    }

    private protected async Task<ChangeFeedAccessed> RecordOfAsync(HttpResponseMessage answer) =>
        (await host.PublishedAsync<ChangeFeedsAccessed>())
            .SelectMany(group => group.Accesses)
            .Single(access => access.RequestId == HeaderOf(answer, "x-request-id"));

    private protected Task<HttpResponseMessage> GetAsync(string table, string query) => client.GetAsync(PathOf(table, query));
}
