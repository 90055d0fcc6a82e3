using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Tideway.DuckDb;
using Tideway.EndToEnd.Tests.Hosts;
using Tideway.Testing;

namespace Tideway.EndToEnd.Tests.Standalone;

/// <summary>A query that takes long, of a client that is ready to wait.</summary>
public sealed partial class PendingQueryTests : IDisposable
{
    private const int Appends = 20;

    private readonly string folder = Path.Combine(Path.GetTempPath(), $"tideway-pending-{Guid.CreateVersion7():N}");
    private readonly string url = $"http://127.0.0.1:{ServiceProcess.FreePort()}";
    private readonly HttpClient recipient = new();

    private string Copies => Path.Combine(folder, "copies");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        recipient.Dispose();
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\"startingVersion\":0,")]
    public async Task A_query_that_is_worked_on_when_the_process_is_killed_is_answered_by_the_same_id_after_its_start(string range)
    {
        string query;
        string id;
        await using (var first = Start())
        {
            await first.WaitUntilReadyAsync(url);
            query = await ShareAsync(Token().Match(first.Output).Groups["token"].Value);
            id = IdOf(await PostAsync(query, $$"""{{{range}}"idempotencyKey":"long"}"""))!;
            // An id is given to what is worked on.
            await first.KillAsync();
        }

        var atKill = CopiesOnDisk();
        await using var second = Start();
        await second.WaitUntilReadyAsync(url);
        var answer = await Eventually.Async(
            () => PostAsync(query.Replace("/query", $"/queries/{id}", StringComparison.Ordinal), "{}"),
            text => IdOf(text) is null
        );

        atKill.ShouldBeLessThan(CopiesOnDisk(), "the process was killed in the middle");
        (await CountAsync(answer)).ShouldBe((Appends * 100L * 9 / 10, Enumerable.Range(0, Appends * 100).Where(i => i % 10 != 3).Sum(i => (long)i)));
    }

    private StandaloneRun Start() =>
        StandaloneRun.Start(
            "--folder",
            folder,
            "--listen",
            url,
            "--PlainCopies:Folder",
            Copies,
            "--PlainCopies:AtOnce",
            "1",
            "--ShareRegistry:AsyncQueries:Patience",
            "00:00:00",
            "--ShareRegistry:AsyncQueries:PollPatience",
            "00:00:00.100"
        );

    // A table with deleted rows in each file, which a client that takes only the parquet format is given copies of.
    private async Task<string> ShareAsync(string token)
    {
        var location = Path.Combine(folder, "tables", "orders");
        var table = await LocalTables.CreateOrdersAsync(location, ("delta.enableDeletionVectors", "true"));
        using var api = new HostedOrganisation("owner", new Uri(url), token);
        var link = await api.InviteAsync("partner", Stop);
        await api.ShareAsync("sales", "shop.orders", location, "partner", Stop);
        for (var append = 0; append < Appends; append++)
            await LocalTables.AppendOrdersAsync(table, append * 100, 100);
        await LocalTables.DeleteOrdersAsync(table, "order_id % 10 = 3");
        var profile = JsonNode.Parse(await recipient.GetStringAsync(link, Stop))!;
        recipient.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", profile["bearerToken"]!.GetValue<string>());
        recipient.DefaultRequestHeaders.Add("delta-sharing-capabilities", "responseformat=parquet;asyncquery=true");
        return $"{profile["endpoint"]!.GetValue<string>().TrimEnd('/')}/shares/sales/schemas/shop/tables/orders/query";
    }

    private async Task<string> PostAsync(string address, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await recipient.PostAsync(address, content, Stop);
        var text = await answer.Content.ReadAsStringAsync(Stop);
        answer.IsSuccessStatusCode.ShouldBeTrue(text);
        return text;
    }

    // Null where it is the answer.
    private static string? IdOf(string text) => JsonNode.Parse(text.Split('\n')[0])!["queryStatus"]?["queryId"]!.GetValue<string>();

    private int CopiesOnDisk() => Directory.Exists(Copies) ? Directory.EnumerateDirectories(Copies, "??").SelectMany(Directory.EnumerateFiles).Count() : 0;

    // The number of orders that the files hold, and the sum of their ids: what came less what went.
    private async Task<(long, long)> CountAsync(string answer)
    {
        var (orders, ids) = (0L, 0L);
        using var anyone = new HttpClient();
        using var database = DuckDbDatabase.Open(new DuckDbOptions());
        using var connection = database.Connect();
        foreach (var line in answer.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!.AsObject().Single()))
        {
            if (line.Key is not ("file" or "add" or "remove"))
                continue;
            var local = Path.Combine(folder, $"{Guid.CreateVersion7():N}.parquet");
            await File.WriteAllBytesAsync(local, await anyone.GetByteArrayAsync(line.Value!["url"]!.GetValue<string>(), Stop), Stop);
            var row = connection.Query($"SELECT count(*), COALESCE(sum(order_id), 0)::BIGINT FROM read_parquet({SqlText.Literal(local)})").Rows().Single();
            var sign = line.Key == "remove" ? -1 : 1;
            orders += sign * (long)row[0]!;
            ids += sign * (long)row[1]!;
        }

        return (orders, ids);
    }

    [GeneratedRegex(@"shown this once: (?<token>\S+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Token();
}
