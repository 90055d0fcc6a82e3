using System.Net;
using System.Text.Json;
using Tideway.CdfPublisher.Tests.Support;
using Tideway.DeltaLog.Evolution;
using Tideway.Hosting.Database;
using Tideway.Testing;
using static Tideway.CdfPublisher.Tests.Support.PlainLines;

namespace Tideway.CdfPublisher.Tests.Changes;

/// <summary>Row changes of tables that the parquet format cannot express, for clients that take nothing else.</summary>
public sealed class PlainChangesTests : IAsyncLifetime
{
    private readonly TempFolder storage = new();
    private readonly TempFolder copies = new();
    private readonly ShareEvents share = new();
    private readonly KnownTokens tokens = new();
    private TestDatabase database = null!;
    private PublisherHost host = null!;
    private HttpClient client = null!;
    private long revision;

    public async ValueTask InitializeAsync()
    {
        database = await TestDatabase.CreateAsync(DatabaseEngine.Sqlite);
        tokens.AddRecipient(share.Token, share.RecipientId, share.RecipientName);
        host = await PublisherHost.StartAsync(database, storage.Path, tokens, settings: ["--PlainCopies:Folder=" + copies.Path]);
        client = host.ClientOf(share.Token);
        await share.CreateAsync(host, ++revision);
        await share.GrantAsync(host, ++revision);
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        database.Dispose();
        storage.Dispose();
        copies.Dispose();
    }

    public static TheoryData<bool, bool, bool> Kinds => new MatrixTheoryData<bool, bool, bool>([false, true], [false, true], [false, true]);

    [Theory]
    [ProtocolRule(
        "Read Change Data Feed from a Table",
        "A client that takes only parquet gets the row changes of tables with deletion vectors or mapped columns",
        Served = "files written again with the rows that changed, where a place for that is configured and the shared table allows it, else a refusal"
    )]
    [MemberData(nameof(Kinds))]
    public async Task The_rows_that_changed_are_read_back_each_with_its_version_and_time(bool vectors, bool mapped, bool partitioned)
    {
        using var table = await ShareAsync(vectors, mapped, partitioned);

        var lines = await LinesAsync("startingVersion=1");

        table.Texts(RowsSql(lines, table.NameColumn)).ShouldBe(table.Expected.Order(StringComparer.Ordinal));
        var schema = lines[1].GetProperty("metaData").GetProperty("schemaString").GetString()!;
        schema.ShouldContain($"\"{table.NameColumn}\"");
        lines[1].GetRawText().ShouldNotContain("columnMapping");
        lines[1].GetRawText().ShouldNotContain("deletionVectors", Case.Insensitive);
        var times = new Dictionary<long, long>();
        await foreach (var version in table.Table.ReadChangesAsync(1))
            times[version.Version] = version.Timestamp.ToUnixTimeMilliseconds();
        foreach (var file in Files(lines))
            file.Body.GetProperty("timestamp").GetInt64().ShouldBe(times[file.Body.GetProperty("version").GetInt64()]);
        Files(lines).Select(file => $"{file.Kind} {file.Body.GetProperty("version")} {file.Body.GetProperty("id")}").ShouldBeUnique();
        Directory.Exists(Path.Combine(copies.Path, ".making")).ShouldBe(vectors || mapped);
        if (!vectors && !mapped)
            CopiesOnDisk().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_head_writes_no_copies_and_hands_out_nothing()
    {
        using var table = await ShareAsync(vectors: true, mapped: true, partitioned: false);
        const string query = "startingVersion=1&includeHistoricalMetadata=true";

        var head = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, PathOf(query)));

        (head.StatusCode, head.Headers.GetValues("Delta-Table-Version").Single()).ShouldBe((HttpStatusCode.OK, "1"));
        CopiesOnDisk().ShouldBeEmpty();
        await LinesAsync(query);
        CopiesOnDisk().ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Files_follow_the_metadata_that_are_told_before_them_where_their_history_was_asked_for()
    {
        using var table = await ShareAsync(vectors: true, mapped: true, partitioned: false);

        var lines = await LinesAsync("startingVersion=1&includeHistoricalMetadata=true");

        var metadata = lines.FindIndex(2, line => line.TryGetProperty("metaData", out _));
        lines[1].GetProperty("metaData").GetProperty("schemaString").GetString()!.ShouldContain("\"name\":\"name\"");
        lines[metadata].GetProperty("metaData").GetProperty("version").GetInt64().ShouldBe(4);
        lines[metadata].GetProperty("metaData").GetProperty("schemaString").GetString()!.ShouldContain("\"name\":\"title\"");
        lines[metadata].GetRawText().ShouldNotContain("columnMapping");
        var (before, after) = (RowsSql(lines[..metadata], "name"), RowsSql(lines[metadata..], "title"));
        table.Texts($"{before} UNION ALL {after}").ShouldBe(table.Expected.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(1, "")]
    [InlineData(2, "")]
    [InlineData(1, "&includeHistoricalMetadata=true")]
    public async Task Pages_hold_every_line_once_whatever_a_page_needs_itself(int maxFiles, string history)
    {
        using var table = await ShareAsync(vectors: true, mapped: false, partitioned: true);
        var whole = await LinesAsync("startingVersion=0" + history);

        var (pages, token) = (new List<JsonElement>(), (string?)null);
        do
        {
            var page = await LinesAsync($"startingVersion=0{history}&maxFiles={maxFiles}{(token is null ? "" : "&pageToken=" + Uri.EscapeDataString(token))}");
            page[..2].Select(line => line.GetRawText()).ShouldBe(whole[..2].Select(line => line.GetRawText()));
            Files(page).Count().ShouldBeLessThanOrEqualTo(maxFiles);
            pages.AddRange(page[2..]);
            token = page[^1].GetProperty("endStreamAction").TryGetProperty("nextPageToken", out var next) ? next.GetString() : null;
        } while (token is not null);

        IdsOf(pages).ShouldBe(IdsOf(whole));
        table.Texts(RowsSql(pages, table.NameColumn)).ShouldBe(table.Expected.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Copies_that_are_kept_are_told_though_vacuum_has_deleted_what_they_were_made_of()
    {
        using var table = await ShareAsync(vectors: true, mapped: true, partitioned: false);
        var before = await LinesAsync("startingVersion=1");
        Directory.Delete(Path.Combine(table.Folder, "_change_data"), recursive: true);

        var after = await LinesAsync("startingVersion=1");

        IdsOf(after).ShouldBe(IdsOf(before));
        table.Texts(RowsSql(after, table.NameColumn)).ShouldBe(table.Expected.Order(StringComparer.Ordinal));
        using var originals = await GetAsync("startingVersion=1", "responseformat=delta;readerfeatures=deletionvectors,columnmapping");
        (await originals.Content.ReadAsStringAsync()).ShouldContain("changes can be read from version 4 on.");
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Where_vacuum_has_deleted_what_copies_are_made_of_it_is_told_from_where_on_changes_can_be_read(bool vectors, bool mapped)
    {
        using var table = await ShareAsync(vectors, mapped, partitioned: false);
        Directory.Delete(Path.Combine(table.Folder, "_change_data"), recursive: true);

        using var refused = await GetAsync("startingVersion=1");

        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await refused.Content.ReadAsStringAsync()).ShouldContain("Version 1 is before the earliest available version: changes can be read from version 4 on.");
        Files(await LinesAsync("startingVersion=4")).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task However_many_ask_a_copy_is_written_once_and_its_address_is_as_good_as_any()
    {
        using var table = await ShareAsync(vectors: true, mapped: false, partitioned: true);

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => LinesAsync("startingVersion=1")));

        answers.Select(lines => string.Join(' ', Files(lines).Select(file => file.Body.GetProperty("id").GetString()))).Distinct().ShouldHaveSingleItem();
        var told = Files(answers[0]).Select(file => file.Body.GetProperty("url").GetString()!).Where(url => url.Contains("/plain-copies/")).ToList();
        told.ShouldNotBeEmpty();
        // One of those on the disk says that no row came with the deletion.
        CopiesOnDisk().Count(file => new FileInfo(file).Length > 0).ShouldBe(told.Count);
        Directory.EnumerateFiles(Path.Combine(copies.Path, ".making")).ShouldBeEmpty();
        foreach (var file in Files(answers[0]))
            new FileInfo(LocalPath(file.Body)).Length.ShouldBe(file.Body.GetProperty("size").GetInt64());
    }

    [Fact]
    public async Task Changes_that_the_last_columns_cannot_tell_are_refused_with_the_way_out_and_told_from_the_version_on_where_they_can()
    {
        using var table = await ShareAsync(vectors: false, mapped: true, partitioned: false);
        await new TableEvolution(table.Table).DropColumnAsync("title");

        var refused = await GetAsync("startingVersion=1");

        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var message = JsonDocument.Parse(await refused.Content.ReadAsStringAsync()).RootElement.GetProperty("message").GetString()!;
        message.ShouldContain("Unsupported Delta Table Properties");
        message.ShouldContain("response format delta");
        message.ShouldNotContain(storage.Path);
        Files(await LinesAsync("startingVersion=7")).ShouldBeEmpty();
        // Told with its history, every version has the columns that it had.
        Files(await LinesAsync("startingVersion=1&includeHistoricalMetadata=true")).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_table_that_does_not_allow_copies_is_refused_until_it_does()
    {
        using var table = await ShareAsync(vectors: true, mapped: true, partitioned: false, refused: true);
        (await GetAsync("startingVersion=1")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);

        await ShareAsync(table, refused: false);

        (await GetAsync("startingVersion=1")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    [ProtocolRule(
        "Read Change Data Feed from a Table",
        "A client that takes both formats and does not name all reader features of the table gets what one gets that takes only parquet"
    )]
    public async Task A_client_of_both_formats_that_lacks_a_feature_gets_what_one_of_parquet_gets()
    {
        using var table = await ShareAsync(vectors: true, mapped: true, partitioned: false);
        const string lacking = "responseformat=delta,parquet;readerfeatures=columnmapping";

        using var answer = await GetAsync("startingVersion=1", lacking);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Headers.GetValues("delta-sharing-capabilities").ShouldBe(["responseformat=parquet"]);
        table.Texts(RowsSql(await ReadAsync(answer), table.NameColumn)).ShouldBe(table.Expected.Order(StringComparer.Ordinal));
        await ShareAsync(table, refused: true);
        using var refused = await GetAsync("startingVersion=1", lacking);
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await refused.Content.ReadAsStringAsync()).ShouldContain("needs the reader features deletionVectors");
    }

    [Fact]
    public async Task What_needs_more_room_than_there_is_is_refused()
    {
        await using var small = await PublisherHost.StartAsync(
            database,
            storage.Path,
            tokens,
            settings: ["--PlainCopies:Folder=" + copies.Path, "--PlainCopies:MaxBytes=10"]
        );
        using var table = await ShareAsync(vectors: true, mapped: true, partitioned: false);

        var answer = await small.ClientOf(share.Token).GetAsync(PathOf("startingVersion=1"));

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("too large");
        CopiesOnDisk().ShouldBeEmpty();
    }

    private static string PathOf(string query) => $"/delta-sharing/shares/sales/schemas/public/tables/orders/changes?{query}";

    private static IEnumerable<string> IdsOf(IEnumerable<JsonElement> lines) =>
        Files(lines).Select(file => $"{file.Kind} {file.Body.GetProperty("version")} {file.Body.GetProperty("id")}");

    private async Task<ChangingTable> ShareAsync(bool vectors, bool mapped, bool partitioned, bool refused = false)
    {
        var table = await ChangingTable.MakeAsync(Path.Combine(storage.Path, "orders"), vectors, mapped, partitioned);
        await ShareAsync(table, refused);
        return table;
    }

    private Task ShareAsync(ChangingTable table, bool refused) =>
        share.UpdateAsync(host, ++revision, null, ShareEvents.TableAt(new Uri(table.Folder).AbsoluteUri) with { PlainCopiesRefused = refused });

    private Task<HttpResponseMessage> GetAsync(string query) => client.GetAsync(PathOf(query));

    private async Task<HttpResponseMessage> GetAsync(string query, string capabilities)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, PathOf(query));
        request.Headers.Add("delta-sharing-capabilities", capabilities);
        return await client.SendAsync(request);
    }

    private async Task<List<JsonElement>> LinesAsync(string query)
    {
        using var answer = await GetAsync(query);
        return await ReadAsync(answer);
    }

    private string RowsSql(IEnumerable<JsonElement> lines, string name) => PlainLines.RowsSql(lines, name, LocalPath);

    private string LocalPath(JsonElement file)
    {
        var path = Uri.UnescapeDataString(new Uri(file.GetProperty("url").GetString()!).AbsolutePath);
        return path.StartsWith("/files/plain-copies/", StringComparison.Ordinal)
            ? Path.Combine(copies.Path, path["/files/plain-copies/".Length..])
            : Path.Combine(storage.Path, path["/files/main/".Length..]);
    }

    private IEnumerable<string> CopiesOnDisk() => Directory.EnumerateDirectories(copies.Path, "??").SelectMany(Directory.EnumerateFiles);
}
