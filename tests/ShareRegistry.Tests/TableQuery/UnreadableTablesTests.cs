using System.Net;
using Tideway.Contracts.ShareRegistry;
using Tideway.ShareRegistry.Tests.Hosts;
using Tideway.Testing;

namespace Tideway.ShareRegistry.Tests.TableQuery;

/// <summary>Tables that went bad after they were shared.</summary>
public sealed class UnreadableTablesTests : TableTest
{
    [Fact]
    public async Task A_folder_that_is_no_table_any_more_is_told_without_its_place()
    {
        var table = NewTable("orders");
        var path = await ShareAsync("orders", table);
        Directory.Delete(table.Folder, recursive: true);

        foreach (var answer in await EveryCallAsync(path))
            answer.ShouldBe(HttpStatusCode.NotFound).ProtocolCode.ShouldBe("RESOURCE_DOES_NOT_EXIST");
    }

    [Fact]
    public async Task A_truncated_commit_file_is_a_failure_that_only_the_operator_sees_through()
    {
        var table = NewTable("orders");
        var path = await ShareAsync("orders", table);
        table.Commit(table.Add("part-1.parquet", 1));
        File.WriteAllText(table.CommitFile(1), File.ReadAllText(table.CommitFile(1))[..^20]);

        foreach (var answer in await EveryCallAsync(path))
        {
            answer.ShouldBe(HttpStatusCode.InternalServerError).ProtocolCode.ShouldBe("INTERNAL_ERROR");
            (await Process.Events.WaitForAsync<ShareAccessed>(e => e.RequestId == answer.Header("x-request-id"))).ErrorMessage!.ShouldContain(
                "00000000000000000001.json"
            );
        }

        // Once the file is whole, nobody has to do anything more.
        File.WriteAllText(table.CommitFile(1), table.Add("part-1.parquet", 1) + "\n");
        (await QueryAsync(path, "{}")).ShouldBe(HttpStatusCode.OK).Files().Count.ShouldBe(2);
    }

    [Fact]
    public async Task Mapped_columns_are_refused_rather_than_misread()
    {
        var table = new LakeTable(Path.Combine(Process.Lake, "mapped"));
        table.Commit(LakeTable.ProtocolLine(2, 5), LakeTable.MetadataLine(), table.Add("part-0.parquet", 1));
        var path = await ShareAsync("mapped", table);
        (await QueryAsync(path, "{}")).ShouldBe(HttpStatusCode.OK);
        table.Commit(LakeTable.MetadataLine(("delta.columnMapping.mode", "name")));

        var answer = (await QueryAsync(path, "{}")).ShouldBe(HttpStatusCode.BadRequest);

        answer.ProtocolCode.ShouldBe("UNSUPPORTED_OPERATION");
        answer.Message.ShouldContain("Unsupported Delta Table Properties");
        answer.Message.ShouldContain("delta.columnMapping.mode");
        (await QueryAsync(path, new { startingVersion = 1 })).ShouldBe(HttpStatusCode.BadRequest);
        (await QueryAsync(path, new { version = 0 })).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    [ProtocolRule("Delta Sharing Capabilities Header", "A table with a reader feature that nobody knows is refused")]
    public async Task A_feature_that_nobody_knows_is_refused()
    {
        var table = NewTable("future");
        var path = await ShareAsync("future", table);
        table.Commit(LakeTable.ProtocolLine(3, 7, ""","readerFeatures":["timeMachine"],"writerFeatures":["timeMachine"]"""));

        foreach (var answer in await EveryCallAsync(path))
            answer.ShouldBe(HttpStatusCode.BadRequest).ProtocolCode.ShouldBe("UNSUPPORTED_OPERATION");
    }

    [Theory]
    [InlineData("../secrets/part.parquet")]
    [InlineData("%2e%2e/secrets/part.parquet")]
    [InlineData("/etc/passwd")]
    [InlineData("file:/etc/passwd")]
    [InlineData("s3://elsewhere/part.parquet")]
    [ProtocolRule("Error texts", "A table that names files outside of its folder, as a shallow clone does, is refused before the first line")]
    public async Task A_log_that_names_files_outside_its_folder_hands_nothing_out(string file)
    {
        var table = NewTable("orders");
        var path = await ShareAsync("orders", table);
        table.Commit(LakeTable.AddLine(file, 10, 1));

        foreach (var query in new object[] { "{}", new { maxFiles = 5 }, new { version = 1 }, new { startingVersion = 0 } })
            ShouldBeRefused(await QueryAsync(path, query));
    }

    [Fact]
    public async Task A_large_table_with_a_file_outside_its_folder_is_refused_before_the_first_line()
    {
        await using var process = await RegistryProcess.StartAsync("--ShareRegistry:SignedLines:MaxBytes=100000");
        var acme = await process.AddRecipientAsync("acme");
        await process.CreateShareAsync("sales");
        await process.GrantAsync("sales", acme);
        var table = LakeTable.Create(Path.Combine(process.Lake, "orders"));
        table.Commit([.. Enumerable.Range(1, 2000).Select(i => LakeTable.AddLine($"part-{i}.parquet", 10, 1)), LakeTable.AddLine("z/../../passwd", 10, 1)]);
        await process.ShareTableAsync("sales", "shop.orders", table.Folder);
        const string path = "/delta-sharing/shares/sales/schemas/shop/tables/orders";

        foreach (var query in new object[] { "{}", new { limitHint = 100_000 }, new { maxFiles = 5000 } })
        {
            ShouldBeRefused(await acme.Http.PostAnswerAsync(path + "/query", query));
            ShouldBeRefused(await acme.Http.PostAnswerAsync(path + "/query", query));
        }

        // What is not asked for is no fault.
        (await acme.Http.PostAnswerAsync(path + "/query", new { maxFiles = 5 }))
            .ShouldBe(HttpStatusCode.OK)
            .Files()
            .Count.ShouldBe(5);
    }

    [Fact]
    public async Task A_storage_root_that_is_configured_no_more_closes_its_tables()
    {
        var table = NewTable("orders");
        var path = await ShareAsync("orders", table);
        var outside = Directory.CreateTempSubdirectory("tideway-moved-").FullName;
        try
        {
            Directory.Move(table.Folder, Path.Combine(outside, "orders"));
            File.CreateSymbolicLink(table.Folder, Path.Combine(outside, "orders"));

            (await QueryAsync(path, "{}")).ShouldBe(HttpStatusCode.InternalServerError);
        }
        finally
        {
            Directory.Delete(outside, recursive: true);
        }
    }

    private static void ShouldBeRefused(Answer answer)
    {
        answer.ShouldBe(HttpStatusCode.BadRequest).ProtocolCode.ShouldBe("UNSUPPORTED_OPERATION");
        answer.Message.ShouldBe("Table sales.shop.orders has files that cannot be shared.");
        answer.Text.ShouldNotContain("passwd");
    }

    private async Task<IReadOnlyList<Answer>> EveryCallAsync(string path)
    {
        Answer[] answers =
        [
            await GetAsync(path + "/version"),
            await GetAsync(path + "/metadata"),
            await QueryAsync(path, "{}"),
            await QueryAsync(path, new { version = 0 }),
            await QueryAsync(path, new { startingVersion = 0 }),
        ];
        foreach (var answer in answers)
            answer.Text.ShouldNotContain(Process.Lake);
        return answers;
    }
}
