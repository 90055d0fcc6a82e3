using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Tideway.Benchmarks.Mirror;

/// <summary>The baseline: the same files over the same signed URLs, several at a time, straight to the same disk.</summary>
internal static class PlainDownload
{
    private const int AtOnce = 6;

    public static async Task<long> RunAsync(
        string profile,
        string share,
        string schema,
        string table,
        string folder,
        bool flush,
        CancellationToken cancellationToken
    )
    {
        Directory.CreateDirectory(folder);
        using var http = new HttpClient();
        var urls = await UrlsAsync(http, JsonNode.Parse(profile)!, $"shares/{share}/schemas/{schema}/tables/{table}/query", cancellationToken);
        var bytes = 0L;
        await Parallel.ForEachAsync(
            urls.Select((url, number) => (url, number)),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (file, stop) =>
            {
                await using var body = await http.GetStreamAsync(file.url, stop);
                await using var local = new FileStream(
                    Path.Combine(folder, $"{file.number}.parquet"),
                    FileMode.CreateNew,
                    FileAccess.Write,
                    FileShare.None,
                    0,
                    useAsync: true
                );
                await body.CopyToAsync(local, 256 * 1024, stop);
                if (flush)
                    RandomAccess.FlushToDisk(local.SafeFileHandle);
                Interlocked.Add(ref bytes, local.Length);
            }
        );
        return bytes;
    }

    private static async Task<IReadOnlyList<string>> UrlsAsync(HttpClient http, JsonNode profile, string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{profile["endpoint"]!.GetValue<string>()}/{path}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", profile["bearerToken"]!.GetValue<string>());
        request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
        using var answer = await http.SendAsync(request, cancellationToken);
        answer.EnsureSuccessStatusCode();
        var lines = (await answer.Content.ReadAsStringAsync(cancellationToken)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return [.. lines.Select(line => JsonNode.Parse(line)!["file"]?["url"]?.GetValue<string>()).OfType<string>()];
    }
}
