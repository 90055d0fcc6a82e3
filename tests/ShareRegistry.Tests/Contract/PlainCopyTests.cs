using System.Net;
using Tideway.DeltaSharing.Server.PlainCopies;
using Tideway.ShareRegistry.Tests.Hosts;
using Tideway.Testing;

namespace Tideway.ShareRegistry.Tests.Contract;

/// <summary>Tables that the parquet format cannot express, for clients that take nothing else.</summary>
public sealed class PlainCopyTests : PlainCopyScene
{
    [Theory]
    [ProtocolRule(
        "Delta Sharing Capabilities Header",
        "A client that takes only parquet never gets wrong rows of a table with deletion vectors or mapped columns",
        Served = "the rows written again as plain Parquet where a folder for that is configured and the shared table allows it, else a refusal"
    )]
    [InlineData("dat/deletion_vectors")]
    [InlineData("dat/column_mapping")]
    [InlineData("golden/dv-with-columnmapping")]
    [InlineData("golden/dv-partitioned-with-checkpoint")]
    public async Task A_client_that_takes_only_parquet_reads_the_rows_of_the_table(string name)
    {
        var path = await ShareAsync(name);
        using var read = new ReadBack(Process);

        var metadata = (await Acme.Http.GetAnswerAsync(path + "/metadata")).ShouldBe(HttpStatusCode.OK);
        var answer = (await QueryAsync(path)).ShouldBe(HttpStatusCode.OK);

        answer.Header("delta-sharing-capabilities").ShouldBe("responseformat=parquet");
        answer.Text.ShouldStartWith(metadata.Text);
        metadata.Text.ShouldNotContain("columnMapping");
        metadata.Text.ShouldNotContain("deletionVectors", Case.Insensitive);
        ReadBack.ShouldBeRowsOf(await read.OfParquetAsync(answer), name);
        var schema = metadata.Lines[1].Body.GetProperty("schemaString").GetString()!;
        foreach (var file in answer.Files().Where(file => file.TryGetProperty("stats", out _)))
        {
            var stats = System.Text.Json.JsonElement.Parse(file.GetProperty("stats").GetString()!);
            if (stats.TryGetProperty("minValues", out var bounds))
                bounds.EnumerateObject().ShouldAllBe(column => schema.Contains($"\"{column.Name}\"", StringComparison.Ordinal));
        }
    }

    [Theory]
    [ProtocolRule(
        "Delta Sharing Capabilities Header",
        "A client that takes both formats and does not name all reader features of the table reads its rows in the parquet format where that can tell them",
        Served = "as it is, or written again as plain Parquet; else a refusal that names the features"
    )]
    [InlineData("dat/deletion_vectors", "responseformat=delta,parquet")]
    [InlineData("dat/column_mapping", "responseformat=parquet,delta;readerfeatures=deletionvectors,timestampntz")]
    [InlineData("golden/dv-with-columnmapping", "responseformat=delta,parquet;readerfeatures=columnmapping")]
    public async Task A_client_of_both_formats_that_lacks_a_feature_reads_the_rows_of_the_table(string name, string capabilities)
    {
        var path = await ShareAsync(name);
        using var read = new ReadBack(Process);

        var metadata = (await Acme.Http.GetAnswerAsync(path + "/metadata", ("delta-sharing-capabilities", capabilities))).ShouldBe(HttpStatusCode.OK);
        var answer = (await Acme.Http.PostAnswerAsync(path + "/query", "{}", ("delta-sharing-capabilities", capabilities))).ShouldBe(HttpStatusCode.OK);

        answer.Header("delta-sharing-capabilities").ShouldBe("responseformat=parquet");
        answer.Text.ShouldStartWith(metadata.Text);
        ReadBack.ShouldBeRowsOf(await read.OfParquetAsync(answer), name);
        await AllowAsync(allowed: false);
        (await Acme.Http.PostAnswerAsync(path + "/query", "{}", ("delta-sharing-capabilities", capabilities)))
            .ShouldBe(HttpStatusCode.BadRequest)
            .Message.ShouldContain("needs the reader features");
    }

    [Theory]
    [InlineData("golden/data-reader-timestamp_ntz-id-mode")]
    [InlineData("golden/type-widening")]
    public async Task Why_a_table_cannot_be_copied_is_told_and_not_what_copies_are_for(string name)
    {
        var path = await ShareAsync(name);

        (await QueryAsync(path)).ShouldBe(HttpStatusCode.BadRequest).Message.ShouldContain("it has columns of the type timestamp_ntz");
    }

    [Fact]
    public async Task A_file_is_written_again_once_however_many_ask_and_only_where_it_must_be()
    {
        var path = await ShareAsync("golden/dv-partitioned-with-checkpoint");

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => QueryAsync(path)));

        var ids = answers
            .Select(answer => string.Join(' ', answer.ShouldBe(HttpStatusCode.OK).Files().Select(file => file.GetProperty("id").GetString())))
            .Distinct();
        ids.ShouldHaveSingleItem();
        var urls = answers[0].Files().Select(file => file.GetProperty("url").GetString()!).ToList();
        var again = urls.Count(url => url.Contains("/files/plain-copies/", StringComparison.Ordinal));
        again.ShouldBeInRange(1, urls.Count - 1);
        CopiesOnDisk().Count().ShouldBe(again);
        Directory.EnumerateFiles(Path.Combine(Copies, ".making")).ShouldBeEmpty();
        // The owner's folder is as it was.
        Directory
            .EnumerateFiles(Path.Combine(Process.Lake, "golden-dv-partitioned-with-checkpoint"), "*", SearchOption.AllDirectories)
            .Count()
            .ShouldBe(
                Directory
                    .EnumerateFiles(
                        RealTables.Copy("golden/dv-partitioned-with-checkpoint", Path.Combine(Process.Lake, "other")),
                        "*",
                        SearchOption.AllDirectories
                    )
                    .Count()
            );
    }

    [Fact]
    public async Task A_table_that_does_not_allow_copies_is_refused_until_it_does()
    {
        var path = await ShareAsync("dat/deletion_vectors");
        await AllowAsync(allowed: false);
        (await QueryAsync(path)).ShouldBe(HttpStatusCode.BadRequest).Message.ShouldContain("Unsupported Delta Table Properties");
        (await Acme.Http.GetAnswerAsync(path + "/metadata")).ShouldBe(HttpStatusCode.BadRequest);

        await AllowAsync(allowed: true);

        (await QueryAsync(path)).ShouldBe(HttpStatusCode.OK);
        (await Process.Operator.GetAnswerAsync(ShareSetup.SharesPath + "/sales?include_shared_data=true")).Text.ShouldContain("\"plain_copies_enabled\":true");
    }

    [Fact]
    public async Task Copies_go_when_nobody_asked_for_them_for_long_and_come_back()
    {
        var path = await ShareAsync("dat/deletion_vectors");
        await QueryAsync(path);
        File.WriteAllText(Path.Combine(Copies, ".making", "left-by-a-crash.parquet"), "half");
        CopiesOnDisk().ShouldNotBeEmpty();

        await Process.Get<PlainCopyPlace>().Current.CleanAsync(TestContext.Current.CancellationToken);
        CopiesOnDisk().ShouldNotBeEmpty();
        Process.Time.Advance(TimeSpan.FromDays(4));
        await Process.Get<PlainCopyPlace>().Current.CleanAsync(TestContext.Current.CancellationToken);

        CopiesOnDisk().ShouldBeEmpty();
        Directory.EnumerateFiles(Path.Combine(Copies, ".making")).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_needs_more_room_than_there_is_is_refused()
    {
        await using var small = await RegistryProcess.StartAsync("--ShareRegistry:PlainCopies:Folder=" + Copies, "--ShareRegistry:PlainCopies:MaxBytes=10");
        var client = await small.AddRecipientAsync("acme");
        await small.CreateShareAsync("sales");
        await small.GrantAsync("sales", client);
        await small.ShareTableAsync("sales", "shop.real", RealTables.Copy("dat/deletion_vectors", small.Lake));

        var answer = await client.Http.PostAnswerAsync("/delta-sharing/shares/sales/schemas/shop/tables/real/query", "{}");

        answer.ShouldBe(HttpStatusCode.BadRequest).Message.ShouldContain("too large");
        CopiesOnDisk().ShouldBeEmpty();
    }

    private IEnumerable<string> CopiesOnDisk() => Directory.EnumerateDirectories(Copies, "??").SelectMany(Directory.EnumerateFiles);

    private Task<Answer> QueryAsync(string path) => Acme.Http.PostAnswerAsync(path + "/query", "{}");

    private async Task AllowAsync(bool allowed) =>
        (await Process.UpdateTablesAsync("sales", "UPDATE", new { name = "shop.real", plain_copies_enabled = allowed })).ShouldBe(HttpStatusCode.OK);

    private async Task<string> ShareAsync(string name)
    {
        await Process.ShareTableAsync("sales", "shop.real", RealTables.Copy(name, Process.Lake));
        return "/delta-sharing/shares/sales/schemas/shop/tables/real";
    }
}
