using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Tideway.ShareRegistry.Tests.Hosts;
using Tideway.Testing;

namespace Tideway.ShareRegistry.Tests.Hostile;

public sealed class ManyClientsTests : HostileScene
{
    private const int Wanted = 10_000;
    private const int AtOnce = 64;

    // Each of them is still there when the last one comes.
    private protected override string[] Settings => ["--Web:RequestHeadersTimeout=00:10:00", "--Web:KeepAliveTimeout=00:10:00"];

    [Fact]
    [ProtocolRule("Limits and load", "Thousands of connections on which little comes take little memory, and nobody waits for them")]
    public async Task Ten_thousand_connections_at_once_take_nothing_from_others()
    {
        // Both ends of each are in this process.
        var count = Math.Min(Wanted, (OpenFilesAllowed() - 1000) / 2);
        if (count < Wanted)
            TestContext.Current.AddWarning($"Only {count} connections instead of {Wanted}: this process may have only {OpenFilesAllowed()} files open.");
        count.ShouldBeGreaterThan(10);
        var connections = new ConcurrentBag<RawConnection>();
        try
        {
            await AttackAsync(
                () =>
                    Parallel.ForEachAsync(
                        Enumerable.Range(0, count),
                        new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
                        async (i, _) =>
                        {
                            var connection = await ConnectAsync();
                            connections.Add(connection);
                            await connection.SendAsync(i % 2 == 0 ? "GET /delta-sharing/shares HTTP/1.1\r\nHost: x\r\nX-Never: " : "");
                        }
                    ),
                mebibytes: 64 + (count * 32L / 1024)
            );
            connections.Count.ShouldBe(count);
        }
        finally
        {
            foreach (var connection in connections)
                connection.Dispose();
        }
    }

    [Fact]
    [ProtocolRule("Limits and load", "Guessing of tokens ends in 429 with Retry-After for the address that guesses, and for nobody else")]
    public Task Thousands_of_guesses_take_nothing_from_others() =>
        AttackAsync(async () =>
        {
            var statuses = new ConcurrentDictionary<HttpStatusCode, int>();
            await Parallel.ForEachAsync(
                Enumerable.Range(0, 5_000),
                new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
                async (i, _) =>
                {
                    var answer = await Process.Stranger.GetAnswerAsync(
                        "/delta-sharing/shares",
                        ("Authorization", $"Bearer guess-{i}"),
                        ("X-Forwarded-For", "192.0.2." + (i % 3))
                    );
                    statuses.AddOrUpdate(answer.Status, 1, (_, known) => known + 1);
                }
            );

            statuses.Keys.ShouldBeSubsetOf([HttpStatusCode.Unauthorized, HttpStatusCode.TooManyRequests]);
        });

    private static int OpenFilesAllowed()
    {
        // The runtime has raised the soft limit to the hard one when it started.
        var line = File.ReadLines("/proc/self/limits").Single(limit => limit.StartsWith("Max open files", StringComparison.Ordinal));
        var soft = line["Max open files".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
        return int.TryParse(soft, CultureInfo.InvariantCulture, out var limit) ? limit : int.MaxValue;
    }
}
