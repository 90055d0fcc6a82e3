using System.Net;
using System.Net.Http.Json;
using Tideway.ShareRegistry.TableQuery;
using Tideway.ShareRegistry.Tests.Hostile;
using Tideway.ShareRegistry.Tests.Hosts;

namespace Tideway.ShareRegistry.Tests.TableQuery;

/// <summary>Few files with much to say of each: their number does not tell how long the answer is.</summary>
[Collection(Alone.Name)]
public sealed class WideStatisticsTests
{
    private const int Files = 20;
    private const int Characters = 1_000_000;

    [Theory]
    [InlineData(null)]
    [InlineData("gzip")]
    [InlineData("zstd")]
    public async Task Lines_that_are_too_many_to_be_kept_are_not_gathered_either(string? coding)
    {
        var withoutKeeping = await AllocatedAsync("--ShareRegistry:SignedLines:Lifetime=00:00:00", coding);

        var allocated = await AllocatedAsync("--ShareRegistry:SignedLines:Lifetime=00:01:00", coding);

        (allocated - withoutKeeping).ShouldBeLessThan(Files * Characters / 2);
    }

    private static async Task<long> AllocatedAsync(string option, string? coding)
    {
        await using var process = await RegistryProcess.StartAsync("--ShareRegistry:SignedLines:MaxBytes=100000", option);
        var acme = await process.AddRecipientAsync("acme");
        await process.CreateShareAsync("sales");
        await process.GrantAsync("sales", acme);
        var table = LakeTable.Create(Path.Combine(process.Lake, "wide"));
        table.Commit([.. Enumerable.Range(0, Files).Select(i => LakeTable.AddLine($"part-{i}.parquet", 1, 1, Tag(i)))]);
        await process.ShareTableAsync("sales", "shop.wide", table.Folder);
        await ReadAsync(acme, coding);
        var before = GC.GetTotalAllocatedBytes(precise: true);

        await ReadAsync(acme, coding);

        process.Get<SignedLines>().Bytes.ShouldBe(0);
        return GC.GetTotalAllocatedBytes(precise: true) - before;
    }

    // Nothing makes it shorter.
    private static string Tag(int seed)
    {
        var noise = new byte[Characters / 4 * 3];
        new Random(seed).NextBytes(noise);
        return $$"""
            ,"tags":{"noise":"{{Convert.ToBase64String(noise)}}"}
            """;
    }

    private static async Task ReadAsync(RecipientClient acme, string? coding)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/delta-sharing/shares/sales/schemas/shop/tables/wide/query")
        {
            Content = JsonContent.Create(new { }),
        };
        request.Headers.Add("delta-sharing-capabilities", "responseformat=delta");
        if (coding is not null)
            request.Headers.AcceptEncoding.ParseAdd(coding);
        using var response = await acme.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        await response.Content.CopyToAsync(Stream.Null);
    }
}
