using System.Runtime.CompilerServices;
using Tideway.ShareRegistry.Tests.Hosts;
using Tideway.ShareRegistry.Tests.TableQuery;
using Tideway.Testing;
using Tideway.Testing.Recorded;

namespace Tideway.ShareRegistry.Tests.Clients;

/// <summary>The requests of clients that others wrote, byte for byte, on real tables; the files beside this one say what each client needs of its answers.</summary>
public sealed class ClientReplayTests : TableTest
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await Process.CreateShareAsync("another");
        await Process.GrantAsync("another", Acme);
        var orders = NewTable("orders");
        orders.Commit(orders.Add("part-1.parquet", 10));
        orders.Commit(LakeTable.RemoveLine("part-0.parquet"), orders.Add("part-2.parquet", 10), orders.Add("part-3.parquet", 10));
        orders.Commit(orders.Add("part-4.parquet", 10));
        for (var version = 0; version <= orders.LatestVersion; version++)
            orders.At(version, Noon.AddHours(version));
        await ShareAsync("orders", orders);
        var vectors = new LakeTable(Path.Combine(Process.Lake, "vectors"));
        vectors.Commit(
            LakeTable.ProtocolLine(3, 7, ""","readerFeatures":["deletionVectors"],"writerFeatures":["deletionVectors"]"""),
            LakeTable.MetadataLine(("delta.enableDeletionVectors", "true")),
            vectors.Add("part-0.parquet", 10, Vector(4)),
            vectors.Add("part-1.parquet", 10, Vector(50))
        );
        await ShareAsync("vectors", vectors);
    }

    [Fact]
    [ProtocolRule("Python client", "Its requests, as they go over the wire, are answered as it needs")]
    public Task The_Python_client_gets_what_it_needs() => ReplayAsync("python.http");

    [Fact]
    [ProtocolRule(
        "Spark client",
        "Its requests, as they go over the wire, are answered as it needs",
        Served = "in both formats, streaming, in pages, and when it renews addresses"
    )]
    public Task The_Spark_client_gets_what_it_needs() => ReplayAsync("spark.http");

    [Fact]
    [ProtocolRule(
        "Go client",
        "Its requests, as they go over the wire, are answered as it needs",
        Served = "two slashes before the path of a call are one; a limit of 0 beside an empty condition is none"
    )]
    public Task The_Go_client_gets_what_it_needs() => ReplayAsync("go.http");

    [Fact]
    [ProtocolRule("R client", "Its requests, as they go over the wire, are answered as it needs")]
    public Task The_R_client_gets_what_it_needs() => ReplayAsync("r.http");

    [Fact]
    [ProtocolRule("Node.js client", "Its requests, as they go over the wire, are answered as it needs")]
    public Task The_Node_client_gets_what_it_needs() => ReplayAsync("node.http");

    [Fact]
    [ProtocolRule("Clojure client", "Its requests, as they go over the wire, are answered as it needs", Served = "nextToken is taken for pageToken")]
    public Task The_Clojure_client_gets_what_it_needs() => ReplayAsync("clojure.http");

    private Task ReplayAsync(string file)
    {
        var server = Process.Stranger.BaseAddress!;
        var values = new Dictionary<string, string>
        {
            ["host"] = server.Authority,
            ["files"] = new Uri(RegistryProcess.PublicUrl).Authority,
            ["token"] = Acme.Token,
        };
        return Replay.RunAsync(
            Path.Combine(Path.GetDirectoryName(SourceFile())!, file),
            values,
            request => LiteralHttp.SendAsync(server.Host, server.Port, request, TestContext.Current.CancellationToken)
        );
    }

    private static string Vector(int offset) =>
        $$$""","deletionVector":{"storageType":"u","pathOrInlineDv":"ab^-aqEH.-t@S}K{vb[*k^","offset":{{{offset}}},"sizeInBytes":40,"cardinality":6}""";

    private static string SourceFile([CallerFilePath] string path = "") => path;
}
