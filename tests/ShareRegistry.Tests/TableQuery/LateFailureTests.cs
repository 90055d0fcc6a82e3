using System.Net;
using Tideway.ShareRegistry.Tests.Hosts;
using Tideway.Testing;

namespace Tideway.ShareRegistry.Tests.TableQuery;

/// <summary>Failures that show only after lines were made.</summary>
public sealed class LateFailureTests : TableTest
{
    private const string AllCapabilities = "responseformat=parquet;includeendstreamaction=true";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [ProtocolRule("EndStreamAction", "What fails before the answer has begun is an HTTP error")]
    public async Task What_fails_before_anything_has_left_is_a_plain_refusal(bool endStream)
    {
        var table = NewTable("orders");
        var path = await ShareAsync("orders", table);
        table.Commit(LakeTable.AddLine("z%2e%2e/../secret", 10, 1));

        var answer = await QueryAsync(path, "{}", ("delta-sharing-capabilities", endStream ? AllCapabilities : "responseformat=parquet"));

        answer.ShouldBe(HttpStatusCode.BadRequest).ProtocolCode.ShouldBe("UNSUPPORTED_OPERATION");
        answer.Text.ShouldNotContain("sig=");
        answer.Header("Delta-Table-Version").ShouldBeNull();
        answer.Header("delta-sharing-capabilities").ShouldBeNull();
    }

    [Fact]
    [ProtocolRule(
        "EndStreamAction",
        "What fails after the 200 was sent is an endStreamAction with errorMessage and httpStatusErrorCode",
        Served = "for clients that do not await that line the connection is broken"
    )]
    public async Task What_fails_later_breaks_the_connection_or_ends_the_stream_with_an_error()
    {
        var table = NewTable("orders");
        var path = await ShareAsync("orders", table);
        table.Commit([.. Enumerable.Range(1, 2000).Select(i => LakeTable.AddLine($"part-{i}.parquet", 10, 1)), LakeTable.AddLine("z/../../secret", 10, 1)]);

        await Should.ThrowAsync<HttpRequestException>(() => QueryAsync(path, new { startingVersion = 0 }));
        var told = (await QueryAsync(path, new { startingVersion = 0 }, ("delta-sharing-capabilities", AllCapabilities))).ShouldBe(HttpStatusCode.OK);
        // Of a whole version the paths are looked at before the first line leaves.
        (await QueryAsync(path, "{}"))
            .ShouldBe(HttpStatusCode.BadRequest)
            .Text.ShouldNotContain("sig=");

        told.Lines[^1].Kind.ShouldBe("endStreamAction");
        told.Lines[^1].Body.GetProperty("errorMessage").GetString()!.ShouldContain("sales.shop.orders");
        told.Lines[^1].Body.GetProperty("httpStatusErrorCode").GetInt32().ShouldBe(400);
    }

    [Fact]
    public async Task A_version_that_cannot_be_expressed_is_told_as_such_wherever_it_comes()
    {
        var table = new LakeTable(Path.Combine(Process.Lake, "mapped"));
        table.Commit(LakeTable.ProtocolLine(2, 5), LakeTable.MetadataLine(), table.Add("part-0.parquet", 1));
        table.Commit(table.Add("part-1.parquet", 1));
        table.Commit(LakeTable.MetadataLine(("delta.columnMapping.mode", "name")), table.Add("part-2.parquet", 1));
        var path = await ShareAsync("mapped", table);

        var answer = (await QueryAsync(path, new { startingVersion = 0 })).ShouldBe(HttpStatusCode.BadRequest);

        answer.ProtocolCode.ShouldBe("UNSUPPORTED_OPERATION");
        answer.Message.ShouldContain("version 2");
        (await QueryAsync(path, new { startingVersion = 0, endingVersion = 1 })).ShouldBe(HttpStatusCode.OK).Files("add").Count.ShouldBe(2);
    }
}
