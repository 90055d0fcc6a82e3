using System.Diagnostics;
using System.Globalization;
using Tideway.TwoOrganisations;

namespace Tideway.Benchmarks.Mirror;

/// <summary>Bytes per second of a first mirror, from asking for it to its commit, and the memory of the process that receives.</summary>
internal sealed class MirrorBenchmark : IBenchmark
{
    private const double MemoryBudgetMegabytes = 300;

    public string Name => "mirror";

    public string Question => "MB/s of a first mirror of over 1 GB in 64 MB files; baseline: plain parallel HTTP download of the same URLs to the same disk";

    public async Task<IReadOnlyList<Measure>> RunAsync(CancellationToken cancellationToken)
    {
        var folder = Path.Combine(Path.GetTempPath(), $"tideway-bench-{Guid.CreateVersion7():N}");
        try
        {
            string[] oneMachine =
            [
                "--CdfPublisher:Delivery:AllowInsecureLoopback",
                "true",
                "--InboundSync:AllowInsecureHttp",
                "true",
                "--InboundSync:AllowPrivateAddresses",
                "true",
            ];
            await using var owner = await StandaloneProcess.StartAsync(
                RepositoryFolder.Standalone,
                Path.Combine(folder, "owner"),
                oneMachine,
                cancellationToken
            );
            await using var receiver = await StandaloneProcess.StartAsync(
                RepositoryFolder.Standalone,
                Path.Combine(folder, "receiver"),
                oneMachine,
                cancellationToken
            );
            using var sharing = new Organisation("Owner", owner, await owner.AdminToken);
            using var receiving = new Organisation("Receiver", receiver, await receiver.AdminToken);
            return await MeasureAsync(sharing, receiving, folder, cancellationToken);
        }
        finally
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<IReadOnlyList<Measure>> MeasureAsync(
        Organisation sharing,
        Organisation receiving,
        string folder,
        CancellationToken cancellationToken
    )
    {
        var table = Path.Combine(sharing.Process.Tables, "large");
        var size = await LargeTable.CreateAsync(table, cancellationToken);
        var link = await sharing.InviteAsync("receiver", cancellationToken);
        await sharing.ShareAsync("large", "bench.large", table, "receiver", cancellationToken);
        using var stranger = new HttpClient();
        var profile = await stranger.GetStringAsync(link, cancellationToken);
        await receiving.PostAsync(
            "/api/2.1/unity-catalog/providers",
            new
            {
                name = "owner",
                authentication_type = "TOKEN",
                recipient_profile_str = profile,
            },
            cancellationToken
        );

        // Once beforehand each, so that neither finds the files colder than the other, or its own code.
        await PlainRoundAsync(profile, folder, flush: false, cancellationToken);
        await MirrorRoundAsync(receiving, "large_0", size, cancellationToken);
        var (plain, flushed, mirrored) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 1; round <= Rounds.Count; round++)
        {
            plain.Add(await PlainRoundAsync(profile, folder, flush: false, cancellationToken));
            flushed.Add(await PlainRoundAsync(profile, folder, flush: true, cancellationToken));
            Console.WriteLine($"  round {round}, baseline: {plain[^1]:N0} MB/s, {flushed[^1]:N0} MB/s where every file is flushed to the disk");
            mirrored.Add(await MirrorRoundAsync(receiving, $"large_{round}", size, cancellationToken));
            Console.WriteLine($"  round {round}, ours: {mirrored[^1]:N0} MB/s");
        }

        return
        [
            new Measure("mirror", Rounds.Median(mirrored), Rounds.Median(plain), "plain parallel HTTP download, same URLs, same disk", "MB/s"),
            new Measure("mirror-flushed", Rounds.Median(mirrored), Rounds.Median(flushed), "the same, every file flushed to the disk", "MB/s"),
            new Measure("mirror-memory", PeakMegabytes(receiving.Process.ProcessId), MemoryBudgetMegabytes, "the budget", "MB"),
        ];
    }

    private static async Task<double> PlainRoundAsync(string profile, string folder, bool flush, CancellationToken cancellationToken)
    {
        var target = Path.Combine(folder, "plain");
        var start = Stopwatch.GetTimestamp();
        var bytes = await PlainDownload.RunAsync(profile, "large", "bench", "large", target, flush, cancellationToken);
        var figure = bytes / 1e6 / Stopwatch.GetElapsedTime(start).TotalSeconds;
        Directory.Delete(target, recursive: true);
        return figure;
    }

    private static async Task<double> MirrorRoundAsync(Organisation receiving, string name, long size, CancellationToken cancellationToken)
    {
        var target = Path.Combine(receiving.Process.Tables, name);
        var asked = Stopwatch.GetTimestamp();
        await receiving.PostAsync(
            "/api/tideway/v1/syncs",
            new
            {
                name,
                provider = "owner",
                share = "large",
                schema = "bench",
                table = "large",
                mode = "mirror",
                target,
                interval_seconds = 3600,
            },
            cancellationToken
        );
        await receiving.WaitForSyncAsync(name, 0, cancellationToken);
        var figure = size / 1e6 / Stopwatch.GetElapsedTime(asked).TotalSeconds;
        Directory.Delete(target, recursive: true);
        return figure;
    }

    /// <summary>The most memory the process ever had resident, as Linux counts it.</summary>
    private static double PeakMegabytes(int processId)
    {
        var line = File.ReadLines($"/proc/{processId}/status").First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }
}
