using System.Text;
using Tideway.ObjectStorage.Local;

namespace Tideway.ObjectStorage.Tests.Local;

public sealed class ConcurrentWritersTests : IDisposable
{
    private const int Versions = 60;
    private const int Writers = 12;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Of_many_writers_of_one_key_exactly_one_wins_and_its_content_stays()
    {
        var store = new LocalObjectStore(folder["table"]);
        for (var version = 0; version < Versions; version++)
        {
            var key = $"_delta_log/{version:D20}.json";
            using var start = new Barrier(Writers);
            var attempts = Enumerable
                .Range(0, Writers)
                .Select(writer =>
                    Task.Factory.StartNew(
                            () =>
                            {
                                start.SignalAndWait();
                                return store.PutIfAbsentAsync(key, Content(writer));
                            },
                            CancellationToken.None,
                            TaskCreationOptions.LongRunning,
                            TaskScheduler.Default
                        )
                        .Unwrap()
                );

            var won = await Task.WhenAll(attempts);

            won.Count(w => w).ShouldBe(1);
            (await File.ReadAllBytesAsync(store.LocalPath(key)!)).ShouldBe(Content(Array.IndexOf(won, true)));
        }

        Directory.GetFiles(folder["table/_delta_log"]).Length.ShouldBe(Versions);
    }

    [Fact]
    public async Task A_reader_sees_nothing_or_everything()
    {
        var store = new LocalObjectStore(folder["table"]);
        var whole = new byte[3_000_000];
        Array.Fill(whole, (byte)7);
        using var done = new CancellationTokenSource();
        var watching = Task.Run(async () =>
        {
            var sizes = new HashSet<long>();
            while (!done.IsCancellationRequested)
            {
                for (var i = 0; i < 20; i++)
                {
                    if (await store.FindAsync($"f{i}") is { } info)
                        sizes.Add(info.Size);
                }
            }

            return sizes;
        });

        for (var i = 0; i < 20; i++)
        {
            if (i % 2 == 0)
                (await store.PutIfAbsentAsync($"f{i}", whole)).ShouldBeTrue();
            else
                await store.PutAsync($"f{i}", new MemoryStream(whole));
        }

        await Task.Delay(20);
        await done.CancelAsync();
        (await watching).ShouldBe([whole.Length]);
    }

    [Fact]
    public async Task A_writer_that_links_or_creates_beside_us_is_respected()
    {
        var store = new LocalObjectStore(folder["table"]);
        Directory.CreateDirectory(folder["table"]);
        await File.WriteAllTextAsync(folder["table/1.json"], "theirs");

        (await store.PutIfAbsentAsync("1.json", "ours"u8.ToArray())).ShouldBeFalse();

        (await File.ReadAllTextAsync(folder["table/1.json"])).ShouldBe("theirs");
    }

    private static byte[] Content(int writer) => Encoding.UTF8.GetBytes(new string((char)('a' + writer), 2000 + writer));
}
