using System.Collections.Concurrent;
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
        var before = OpenFiles();
        HeldConnections? held = null;
        try
        {
            await AttackAsync(
                async () =>
                {
                    held = await HeldConnections.OpenAsync(Process.Stranger.BaseAddress!, Wanted);
                    await Eventually.Async(() => OpenFiles() - before >= Wanted, because: "the service has taken all of them in");
                },
                mebibytes: 64 + (Wanted * 32L / 1024)
            );
            (OpenFiles() - before).ShouldBeGreaterThanOrEqualTo(Wanted, "all of them are still there");
        }
        finally
        {
            held?.Dispose();
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

    private static int OpenFiles() => Directory.GetFileSystemEntries("/proc/self/fd").Length;
}
