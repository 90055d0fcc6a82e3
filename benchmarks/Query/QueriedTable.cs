using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Tideway.TwoOrganisations;

namespace Tideway.Benchmarks.Query;

/// <summary>A table of an organisation, shared with a recipient.</summary>
/// <param name="Query">Where it is queried.</param>
/// <param name="Token">The recipient's token.</param>
internal sealed record QueriedTable(Uri Query, string Token)
{
    /// <summary>Settings with which one recipient may take the whole process, as it does here.</summary>
    public static readonly string[] Unlimited = ["--RecipientLimits:CallsPerSecond", "0", "--RecipientLimits:ConcurrentCalls", "0"];

    /// <summary>Shares the table at <paramref name="folder"/>.</summary>
    public static async Task<QueriedTable> ShareAsync(Organisation owner, string folder, CancellationToken cancellationToken)
    {
        var link = await owner.InviteAsync("reader", cancellationToken);
        await owner.ShareAsync("bench", "bench.files", folder, "reader", cancellationToken);
        using var stranger = new HttpClient();
        var profile = JsonNode.Parse(await stranger.GetStringAsync(link, cancellationToken))!;
        var endpoint = profile["endpoint"]!.GetValue<string>();
        return new QueriedTable(new Uri($"{endpoint}/shares/bench/schemas/bench/tables/files/query"), profile["bearerToken"]!.GetValue<string>());
    }

    /// <summary>Writes the log of a table with that many files, which have no data.</summary>
    public static void Create(string folder, int files)
    {
        Directory.CreateDirectory(Path.Combine(folder, "_delta_log"));
        var random = new Random(11);
        using var log = new StreamWriter(Path.Combine(folder, "_delta_log", "00000000000000000000.json"));
        log.WriteLine("""{"protocol":{"minReaderVersion":1,"minWriterVersion":4}}""");
        log.WriteLine(
            """{"metaData":{"id":"b","format":{"provider":"parquet","options":{}},"schemaString":"{\"type\":\"struct\",\"fields\":[{\"name\":\"date\",\"type\":\"date\",\"nullable\":true,\"metadata\":{}},{\"name\":\"id\",\"type\":\"long\",\"nullable\":true,\"metadata\":{}}]}","partitionColumns":["date"],"configuration":{"delta.enableChangeDataFeed":"true"},"createdTime":1}}"""
        );
        for (var file = 0; file < files; file++)
        {
            var date = new DateOnly(2025, 1, 1).AddDays(file % 100).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            var name = $"date={date}/part-{file:D5}-{Guid.CreateVersion7()}.c000.snappy.parquet";
            var low = random.NextInt64(1_000_000_000);
            log.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $$$"""{"add":{"path":"{{{name}}}","partitionValues":{"date":"{{{date}}}"},"size":{{{random.Next(1_000_000, 90_000_000)}}},"modificationTime":1800000000000,"dataChange":true,"stats":"{\"numRecords\":100000,\"minValues\":{\"id\":{{{low}}}},\"maxValues\":{\"id\":{{{low + 99_999}}}},\"nullCount\":{\"id\":0}}"}}"""
                )
            );
        }
    }

    /// <summary>The whole answer to a call that only reads.</summary>
    public static async Task<byte[]> GetAsync(Uri url, string token, CancellationToken cancellationToken)
    {
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await client.GetByteArrayAsync(url, cancellationToken);
    }

    /// <summary>The whole answer to a query; as it comes where an encoding is asked for.</summary>
    public async Task<byte[]> ReadAsync(string body, CancellationToken cancellationToken, string? coding = null)
    {
        using var client = new HttpClient();
        if (coding is not null)
            client.DefaultRequestHeaders.AcceptEncoding.ParseAdd(coding);
        using var answer = await SendAsync(client, body, cancellationToken);
        return await answer.Content.ReadAsByteArrayAsync(cancellationToken);
    }

    /// <summary>How many bytes the answer has, none of which is kept.</summary>
    public async Task<long> CountAsync(string body, CancellationToken cancellationToken)
    {
        using var client = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        using var answer = await SendAsync(client, body, cancellationToken);
        await using var stream = await answer.Content.ReadAsStreamAsync(cancellationToken);
        var (buffer, bytes, count) = (new byte[128 * 1024], 0L, 0);
        while ((count = await stream.ReadAsync(buffer, cancellationToken)) > 0)
            bytes += count;
        return bytes;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpClient client, string body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Query);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        return answer.EnsureSuccessStatusCode();
    }
}
