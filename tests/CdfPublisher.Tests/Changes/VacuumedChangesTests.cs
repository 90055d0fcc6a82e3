using System.Net;
using Tideway.CdfPublisher.Tests.Support;
using Tideway.Contracts.CdfPublisher;
using Tideway.Testing;

namespace Tideway.CdfPublisher.Tests.Changes;

/// <summary>Row changes whose files are no longer there, though the log names them.</summary>
public sealed class VacuumedChangesTests : ChangesScene
{
    [Theory]
    [InlineData("startingVersion=0", 0)]
    [InlineData("startingVersion=2", 2)]
    [InlineData("startingVersion=2&endingVersion=2", 2)]
    [InlineData("startingVersion=3&maxFiles=1", 3)]
    [ProtocolRule("Read Change Data Feed from a Table", "Changes whose files vacuum deleted are refused, and the first version that can be read is named")]
    public async Task Changes_whose_files_are_gone_are_refused_with_the_version_from_which_they_can_be_read(string query, int start)
    {
        await ShareVacuumedAsync("_change_data/cdc-2.parquet", "_change_data/cdc-3.parquet", "part-1.parquet", "part-2.parquet");

        foreach (var format in new[] { "parquet", "delta" })
        {
            using var answer = await AskAsync(query, format);
            answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
            var error = await JsonOf(answer);
            error.GetProperty("errorCode").GetString().ShouldBe("INVALID_PARAMETER_VALUE");
            error
                .GetProperty("message")
                .GetString()
                .ShouldBe($"Version {start} is before the earliest available version: changes can be read from version 4 on.");
        }

        var accesses = (await host.PublishedAsync<ChangeFeedsAccessed>()).SelectMany(group => group.Accesses);
        accesses.ShouldAllBe(access => access.ErrorMessage!.Contains("is gone"));
    }

    [Theory]
    [InlineData("startingVersion=4", "add:4 cdf:5 remove:6")]
    [InlineData("startingVersion=5&endingVersion=5", "cdf:5")]
    [InlineData("startingVersion=0&endingVersion=0", "add:0")]
    public async Task Changes_before_and_after_the_gap_are_told(string query, string expected)
    {
        await ShareVacuumedAsync("_change_data/cdc-2.parquet", "_change_data/cdc-3.parquet", "part-1.parquet", "part-2.parquet");

        using var answer = await AskAsync(query, "parquet");

        string.Join(' ', (await LinesOf(answer)).Skip(2).Select(KindOf)).ShouldBe(expected);
    }

    [Fact]
    public async Task Where_all_files_are_there_the_whole_range_is_told()
    {
        await ShareVacuumedAsync();

        using var answer = await AskAsync("startingVersion=0", "parquet");

        string.Join(' ', (await LinesOf(answer)).Skip(2).Select(KindOf)).ShouldBe("add:0 add:1 cdf:2 cdf:3 add:4 cdf:5 remove:6");
    }

    [Fact]
    public async Task Where_no_changes_have_their_files_any_more_those_to_come_can_be_read()
    {
        await ShareVacuumedAsync(
            "_change_data/cdc-2.parquet",
            "_change_data/cdc-3.parquet",
            "_change_data/cdc-5.parquet",
            "part-1.parquet",
            "part-2.parquet",
            "part-3.parquet",
            "part-4.parquet"
        );

        using var answer = await AskAsync("startingVersion=1", "parquet");

        (await JsonOf(answer)).GetProperty("message").GetString().ShouldNotBeNull().ShouldContain("changes can be read from version 7 on.");
    }

    [Fact]
    public async Task A_file_that_got_other_deleted_rows_is_of_the_table_still()
    {
        const string Features =
            """{"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["deletionVectors"],"writerFeatures":["deletionVectors","changeDataFeed"]}}""";
        const string Vector = ""","deletionVector":{"storageType":"i","pathOrInlineDv":"0rJua","sizeInBytes":4,"cardinality":1}""";
        var table = new DeltaFolder(storage.Path, "vectors")
            .Commit(0, Features, DeltaFolder.Metadata(), DeltaFolder.Add("part-0.parquet"))
            .Commit(1, DeltaFolder.Add("part-0.parquet", more: Vector), DeltaFolder.Remove("part-0.parquet"))
            .Commit(2, DeltaFolder.Info("UPDATE"), DeltaFolder.Cdc("cdc-2.parquet"))
            .Append(3);
        table.Vacuum("_change_data/cdc-2.parquet");
        await share.UpdateAsync(host, 3, null, ShareEvents.TableAt(table.Location, "vacuumed"));

        using var within = await AskAsync("startingVersion=1", "delta;readerfeatures=deletionvectors");
        using var before = await AskAsync("startingVersion=1&endingVersion=1", "delta;readerfeatures=deletionvectors");

        (await JsonOf(within)).GetProperty("message").GetString().ShouldNotBeNull().ShouldContain("changes can be read from version 3 on.");
        (await LinesOf(before)).Count.ShouldBe(4);
    }

    [Fact]
    public async Task A_page_goes_on_as_the_first_one_began()
    {
        var table = await ShareVacuumedAsync();
        using var first = await AskAsync("startingVersion=2&maxFiles=1", "parquet");
        var token = (await LinesOf(first))[^1].GetProperty("endStreamAction").GetProperty("nextPageToken").GetString()!;
        table.Vacuum("_change_data/cdc-2.parquet");

        using var second = await AskAsync($"startingVersion=2&maxFiles=1&pageToken={Uri.EscapeDataString(token)}", "parquet");

        (await LinesOf(second)).Skip(2).Select(KindOf).First().ShouldBe("cdf:3");
    }

    private async Task<DeltaFolder> ShareVacuumedAsync(params string[] files)
    {
        var table = new DeltaFolder(storage.Path, "vacuumed").Create().Append(1);
        Update(2, "part-1.parquet", "part-2.parquet");
        Update(3, "part-2.parquet", "part-3.parquet");
        table.Append(4);
        Update(5, "part-3.parquet", "part-5.parquet");
        table.Commit(6, DeltaFolder.Info("DELETE"), DeltaFolder.Remove("part-4.parquet"));
        table.Vacuum(files);
        await share.UpdateAsync(host, 3, null, ShareEvents.TableAt(table.Location, "vacuumed"));
        return table;

        void Update(long version, string old, string now) =>
            table.Commit(version, DeltaFolder.Info("UPDATE"), DeltaFolder.Cdc($"cdc-{version}.parquet"), DeltaFolder.Remove(old), DeltaFolder.Add(now));
    }

    private async Task<HttpResponseMessage> AskAsync(string query, string format)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, PathOf("vacuumed", query));
        request.Headers.Add("delta-sharing-capabilities", "responseformat=" + format);
        return await client.SendAsync(request);
    }
}
