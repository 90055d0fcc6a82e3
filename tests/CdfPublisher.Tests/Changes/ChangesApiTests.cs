using System.Net;
using Tideway.CdfPublisher.Tests.Support;
using Tideway.Contracts.CdfPublisher;
using Tideway.Testing;

namespace Tideway.CdfPublisher.Tests.Changes;

public sealed class ChangesApiTests : ChangesScene
{
    [Fact]
    [ProtocolRule("Read Change Data Feed from a Table", "A version with change files is told by those alone, any other by the files whose rows changed")]
    public async Task Row_changes_are_told_by_change_files_where_there_are_any_and_else_by_files()
    {
        var answer = await GetAsync("orders", "startingVersion=1");

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.ToString().ShouldBe("application/x-ndjson; charset=utf-8");
        HeaderOf(answer, "Delta-Table-Version").ShouldBe("1");
        HeaderOf(answer, "delta-sharing-capabilities").ShouldBe("responseformat=parquet");
        HeaderOf(answer, "x-request-id").ShouldNotBeNullOrEmpty();
        var lines = await LinesOf(answer);
        lines.Select(KindOf).ShouldBe(["protocol", "metaData", "add:1", "cdf:2", "add:4", "remove:5"]);
        lines[0].GetProperty("protocol").GetRawText().ShouldBe("""{"minReaderVersion":1}""");
        var metadata = lines[1].GetProperty("metaData");
        metadata.GetProperty("schemaString").GetString().ShouldBe(DeltaFolder.WiderSchema, "the latest schema, unless the history is asked for");
        metadata.TryGetProperty("version", out _).ShouldBeFalse();
        metadata.GetProperty("configuration").GetRawText().ShouldBe("""{"delta.enableChangeDataFeed":"true"}""");
    }

    [Fact]
    [ProtocolRule("API Response Actions in Parquet Format", "add, cdf and remove lines have all fields that clients need")]
    public async Task Every_file_has_an_address_that_its_owner_signed_and_all_that_clients_need()
    {
        var lines = await LinesOf(await GetAsync("orders", "startingVersion=1"));

        var add = lines[2].GetProperty("add");
        add.GetProperty("url").GetString().ShouldNotBeNull().ShouldStartWith("https://share.example.org/files/main/orders/part-1.parquet?exp=");
        add.GetProperty("id").GetString().ShouldBe(Md5("part-1.parquet"));
        (add.GetProperty("size").GetInt64(), add.GetProperty("version").GetInt64()).ShouldBe((100, 1));
        add.GetProperty("timestamp").GetInt64().ShouldBe(Start.AddHours(1).ToUnixTimeMilliseconds());
        add.GetProperty("partitionValues").GetRawText().ShouldBe("{}");
        add.GetProperty("stats").GetString().ShouldBe("""{"numRecords":3}""");
        add.GetProperty("expirationTimestamp").GetInt64().ShouldBeGreaterThan(0);
        var cdf = lines[3].GetProperty("cdf");
        cdf.GetProperty("url").GetString().ShouldNotBeNull().ShouldContain("/files/main/orders/_change_data/cdc-2.parquet?");
        cdf.TryGetProperty("stats", out _).ShouldBeFalse();
        lines[5].GetProperty("remove").GetProperty("size").GetInt64().ShouldBe(100);
    }

    [Theory]
    [InlineData("startingVersion=0", "add:0 add:1 cdf:2 add:4 remove:5")]
    [InlineData("startingVersion=2&endingVersion=2", "cdf:2")]
    [InlineData("startingVersion=3&endingVersion=3", "")]
    [InlineData("startingVersion=2&endingVersion=4", "cdf:2 add:4")]
    [InlineData("startingTimestamp=2026-03-01T02:00:00Z", "cdf:2 add:4 remove:5")]
    [InlineData("startingTimestamp=2026-03-01T01:00:00.001Z&endingTimestamp=2026-03-01T04:59:59Z", "cdf:2 add:4")]
    [InlineData("startingTimestamp=2020-01-01T00:00:00Z&endingVersion=1", "add:0 add:1")]
    [InlineData("startingVersion=4&endingTimestamp=2030-01-01T00:00:00%2B02:00", "add:4 remove:5")]
    [InlineData("startingVersion=4&unknown=1", "add:4 remove:5")]
    [ProtocolRule("Read Change Data Feed from a Table", "A range is inclusive on both ends, by versions and by times")]
    public async Task A_range_is_inclusive_on_both_ends(string query, string expected)
    {
        var lines = await LinesOf(await GetAsync("orders", query));

        string.Join(' ', lines.Skip(2).Select(KindOf)).ShouldBe(expected);
    }

    [Theory]
    [InlineData("true")]
    [InlineData("True")]
    [InlineData("TRUE")]
    [ProtocolRule(
        "Read Change Data Feed from a Table",
        "includeHistoricalMetadata, in any case of its value, leads with the metadata of the first version and tells of later ones"
    )]
    public async Task With_the_history_the_first_metadata_leads_and_changes_of_it_are_told(string yes)
    {
        var lines = await LinesOf(await GetAsync("orders", $"startingVersion=1&includeHistoricalMetadata={yes}"));

        lines.Select(KindOf).ShouldBe(["protocol", "metaData", "add:1", "cdf:2", "metaData", "add:4", "remove:5"]);
        var (first, later) = (lines[1].GetProperty("metaData"), lines[4].GetProperty("metaData"));
        (first.GetProperty("version").GetInt64(), first.GetProperty("schemaString").GetString()).ShouldBe((1, DeltaFolder.Schema));
        (later.GetProperty("version").GetInt64(), later.GetProperty("schemaString").GetString()).ShouldBe((4, DeltaFolder.WiderSchema));
    }

    [Theory]
    [InlineData("false")]
    [InlineData("yes")]
    [InlineData("")]
    [ProtocolRule("Read Change Data Feed from a Table", "A flag that is not true is false")]
    public async Task Whatever_is_not_true_leaves_the_history_out(string no)
    {
        var lines = await LinesOf(await GetAsync("orders", $"startingVersion=1&includeHistoricalMetadata={no}"));

        lines.Count(line => KindOf(line) == "metaData").ShouldBe(1);
    }

    [Fact]
    [ProtocolRule("Read Change Data Feed from a Table", "A merge that changed no row tells of no change")]
    public async Task A_merge_that_changed_no_row_tells_of_no_change()
    {
        var lines = await LinesOf(await GetAsync("merged", "startingVersion=1"));

        lines.Select(KindOf).ShouldBe(["protocol", "metaData"]);
    }

    [Fact]
    [ProtocolRule("Names", "Shares, schemas and tables are found in any case")]
    public async Task Names_are_found_in_any_case() =>
        (await client.GetAsync("/delta-sharing/shares/SALES/schemas/Public/tables/ORDERS/changes?startingVersion=0")).StatusCode.ShouldBe(HttpStatusCode.OK);

    [Fact]
    [ProtocolRule("EndStreamAction", "An endStreamAction comes with changes too where it was asked for")]
    public async Task The_end_of_the_stream_is_told_to_who_asks()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, PathOf("orders", "startingVersion=5"));
        request.Headers.Add("delta-sharing-capabilities", "responseFormat=delta,parquet;includeEndStreamAction=true");

        var answer = await client.SendAsync(request);

        HeaderOf(answer, "delta-sharing-capabilities").ShouldBe("responseformat=parquet;includeendstreamaction=true");
        var last = (await LinesOf(answer))[^1].GetProperty("endStreamAction");
        last.GetProperty("minUrlExpirationTimestamp").GetInt64().ShouldBeGreaterThan(0);
    }

    [Fact]
    [ProtocolRule(
        "File ID Hash Header",
        "fileidhash chooses how ids are made, in either format, and is echoed in lower case",
        Served = "parquet is MD5 and delta SHA-256 of the path in the log"
    )]
    public async Task File_ids_are_made_as_asked()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, PathOf("orders", "startingVersion=1&endingVersion=1"));
        request.Headers.Add("fileidhash", "DELTA");

        var answer = await client.SendAsync(request);

        HeaderOf(answer, "fileidhash").ShouldBe("delta");
        (await LinesOf(answer))[2].GetProperty("add").GetProperty("id").GetString()!.Length.ShouldBe(64);
    }

    [Fact]
    public async Task Every_call_is_recorded_granted_or_refused()
    {
        var granted = await GetAsync("orders", "startingVersion=1");
        var refused = await GetAsync("orders", "startingVersion=-1");
        await host.ClientOf(null).GetAsync(PathOf("orders", "startingVersion=1"));
        await host.ClientOf("other").GetAsync(PathOf("orders", "startingVersion=1"));

        var accesses = (await host.PublishedAsync<ChangeFeedsAccessed>()).SelectMany(group => group.Accesses).ToList();
        accesses.Select(access => access.Status).ShouldBe([200, 400, 401, 404]);
        accesses.ShouldAllBe(access => access.Action == "deltaSharingQueryTableChanges" && access.Share == "sales" && access.Table == "orders");
        var first = accesses[0];
        first.RequestId.ShouldBe(HeaderOf(granted, "x-request-id"));
        (first.RecipientId, first.RecipientName, first.TableVersion, first.FileCount, first.ByteCount).ShouldBe((share.RecipientId, "acme", 1, 4, 350));
        first.Parameters.ShouldNotBeNull()["startingVersion"].ShouldBe("1");
        accesses[1].RequestId.ShouldBe(HeaderOf(refused, "x-request-id"));
        accesses[1].ErrorMessage.ShouldNotBeNull().ShouldContain("negative");
        accesses[2].RecipientId.ShouldBeNull();
        accesses[3].ErrorMessage.ShouldNotBeNull().ShouldContain("not granted");
    }

    [Fact]
    [ProtocolRule("Read Change Data Feed from a Table", "A long range is answered whole")]
    public async Task A_long_range_is_answered_whole()
    {
        const int Versions = 60;
        const int FilesPerVersion = 300;
        var table = new DeltaFolder(storage.Path, "long").Create();
        for (var version = 1; version <= Versions; version++)
            table.Commit(version, [.. Enumerable.Range(0, FilesPerVersion).Select(i => DeltaFolder.Add($"part-{version}-{i}.parquet"))]);
        await share.UpdateAsync(host, 3, null, ShareEvents.TableAt(table.Location, "long"));

        var lines = await LinesOf(await GetAsync("long", "startingVersion=1"));

        lines.Count.ShouldBe(2 + (Versions * FilesPerVersion));
        lines.Skip(2).Select(line => line.GetProperty("add").GetProperty("id").GetString()).Distinct().Count().ShouldBe(Versions * FilesPerVersion);
    }

    [Fact]
    public async Task A_table_that_was_made_anew_is_described_as_it_is_now()
    {
        (await LinesOf(await GetAsync("merged", "startingVersion=1")))[1].GetProperty("metaData").GetProperty("id").GetString().ShouldBe("t1");

        var table = new DeltaFolder(storage.Path, "merged");
        table.Vanish();
        table.Create(id: "t2", schema: DeltaFolder.WiderSchema).Append(1);

        var lines = await LinesOf(await GetAsync("merged", "startingVersion=1&includeHistoricalMetadata=true"));
        lines[1].GetProperty("metaData").GetProperty("id").GetString().ShouldBe("t2");
        lines.Skip(2).Select(KindOf).ShouldBe(["add:1"]);
    }
}
