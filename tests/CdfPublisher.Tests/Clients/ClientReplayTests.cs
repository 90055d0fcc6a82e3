using System.Runtime.CompilerServices;
using Tideway.CdfPublisher.Tests.Changes;
using Tideway.Testing;
using Tideway.Testing.Recorded;
using ZstdSharp;

namespace Tideway.CdfPublisher.Tests.Clients;

/// <summary>The requests for row changes of clients that others wrote; the files beside this one say what each client needs of its answers.</summary>
public sealed class ClientReplayTests : ChangesScene
{
    [Fact]
    [ProtocolRule("Python client", "Its requests for changes, as they go over the wire, are answered as it needs")]
    public Task The_Python_client_gets_what_it_needs() => ReplayAsync("python.http");

    [Fact]
    [ProtocolRule(
        "Spark client",
        "Its requests for changes, as they go over the wire, are answered as it needs",
        Served = "whole, also where it would take pages"
    )]
    public Task The_Spark_client_gets_what_it_needs() => ReplayAsync("spark.http");

    [Fact]
    [ProtocolRule("Go client", "Its requests for changes, as they go over the wire, are answered as it needs")]
    public Task The_Go_client_gets_what_it_needs() => ReplayAsync("go.http");

    [Fact]
    [ProtocolRule("R client", "Its requests for changes, as they go over the wire, are answered as it needs")]
    public Task The_R_client_gets_what_it_needs() => ReplayAsync("r.http");

    [Fact]
    [ProtocolRule("Clojure client", "Its requests for changes, as they go over the wire, are answered as it needs")]
    public Task The_Clojure_client_gets_what_it_needs() => ReplayAsync("clojure.http");

    private Task ReplayAsync(string file)
    {
        var values = new Dictionary<string, string> { ["host"] = "localhost", ["token"] = share.Token };
        return Replay.RunAsync(Path.Combine(Path.GetDirectoryName(SourceFile())!, file), values, SendAsync);
    }

    private async Task<RecordedAnswer> SendAsync(RecordedRequest recorded)
    {
        using var request = new HttpRequestMessage(new HttpMethod(recorded.Method), new Uri("http://localhost" + recorded.Target));
        foreach (var header in recorded.Headers.Select(line => line.Split(": ", 2)).Where(header => header[0] != "Content-Type"))
            request.Headers.TryAddWithoutValidation(header[0], header[1]).ShouldBeTrue(header[0]);
        using var plain = host.ClientOf(null);

        using var response = await plain.SendAsync(request, TestContext.Current.CancellationToken);

        var headers = response.Headers.Concat(response.Content.Headers).Select(header => (header.Key, string.Join(',', header.Value)));
        var encoding = response.Content.Headers.ContentEncoding.SingleOrDefault();
        var body = LiteralHttp.Unpack(await response.Content.ReadAsByteArrayAsync(), encoding, packed => new DecompressionStream(packed));
        return new RecordedAnswer((int)response.StatusCode, [.. headers], body);
    }

    private static string SourceFile([CallerFilePath] string path = "") => path;
}
