using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace Tideway.Benchmarks.Query;

/// <summary>How far the audit record of a process has come.</summary>
internal sealed class AuditHead(Uri url, string token)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    /// <summary>The number of records.</summary>
    public async Task<long> ReadAsync(CancellationToken cancellationToken)
    {
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        var head = JsonNode.Parse(await client.GetStringAsync(new Uri(url, "/api/tideway/v1/audit/head"), cancellationToken))!;
        return head["sequence"]!.GetValue<long>();
    }

    /// <summary>Waits until there are that many.</summary>
    public async Task WaitAsync(long records, CancellationToken cancellationToken)
    {
        while (await ReadAsync(cancellationToken) < records)
            await Task.Delay(Pause, cancellationToken);
    }
}
