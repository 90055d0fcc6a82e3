using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;

namespace Tideway.Benchmarks.Query;

/// <summary>
/// Sends the same request over and over on some connections, as a client in .NET would, and reads every answer to its end; an encoded one as it comes.
/// </summary>
internal sealed class HttpLoad(Uri url, HttpMethod method, string? token, string? coding = null)
{
    private const int BufferBytes = 64 * 1024;

    /// <summary>Answers a second, and the medians of the times to the first byte of an answer and to its last.</summary>
    public async Task<LoadFigures> RunAsync(int connections, int answersEach, CancellationToken cancellationToken)
    {
        using var handler = new SocketsHttpHandler { MaxConnectionsPerServer = connections };
        using var client = new HttpClient(handler);
        var start = Stopwatch.GetTimestamp();
        var answers = await Task.WhenAll(
            Enumerable.Range(0, connections).Select(_ => Task.Run(() => RepeatAsync(client, answersEach, cancellationToken), cancellationToken))
        );
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var all = answers.SelectMany(each => each).ToList();
        return new LoadFigures(
            all.Count / seconds,
            Rounds.Median(all.Select(answer => answer.First.TotalMilliseconds)),
            Rounds.Median(all.Select(answer => answer.Whole.TotalMilliseconds)),
            all[0].Bytes
        );
    }

    private async Task<List<Answer>> RepeatAsync(HttpClient client, int count, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferBytes];
        var answers = new List<Answer>();
        for (var i = 0; i < count; i++)
            answers.Add(await AskAsync(client, buffer, cancellationToken));
        return answers;
    }

    private async Task<Answer> AskAsync(HttpClient client, byte[] buffer, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, url);
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (coding is not null)
            request.Headers.AcceptEncoding.ParseAdd(coding);
        if (method == HttpMethod.Post)
            request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
        var start = Stopwatch.GetTimestamp();
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        answer.EnsureSuccessStatusCode();
        await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
        var count = await body.ReadAsync(buffer, cancellationToken);
        var first = Stopwatch.GetElapsedTime(start);
        var bytes = 0L;
        for (; count > 0; count = await body.ReadAsync(buffer, cancellationToken))
            bytes += count;
        return new Answer(first, Stopwatch.GetElapsedTime(start), bytes);
    }

    private readonly record struct Answer(TimeSpan First, TimeSpan Whole, long Bytes);
}

/// <summary>What came of a load.</summary>
internal sealed record LoadFigures(double AnswersPerSecond, double FirstByteMs, double WholeMs, long Bytes);
