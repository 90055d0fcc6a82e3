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

        // Both read the same files: once beforehand, so that neither finds them colder than the other.
        var baseline = 0.0;
        for (var round = 0; round < 2; round++)
        {
            var target = Path.Combine(folder, $"plain-{round}");
            var start = Stopwatch.GetTimestamp();
            var bytes = await PlainDownload.RunAsync(profile, "large", "bench", "large", target, cancellationToken);
            baseline = bytes / 1e6 / Stopwatch.GetElapsedTime(start).TotalSeconds;
            Console.WriteLine($"  baseline round {round}: {baseline:N0} MB/s");
            Directory.Delete(target, recursive: true);
        }

        var asked = Stopwatch.GetTimestamp();
        await receiving.PostAsync(
            "/api/tideway/v1/syncs",
            new
            {
                name = "large",
                provider = "owner",
                share = "large",
                schema = "bench",
                table = "large",
                mode = "mirror",
                target = Path.Combine(receiving.Process.Tables, "large"),
                interval_seconds = 3600,
            },
            cancellationToken
        );
        await receiving.WaitForSyncAsync("large", 0, cancellationToken);
        var ours = size / 1e6 / Stopwatch.GetElapsedTime(asked).TotalSeconds;
        var memory = PeakMegabytes(receiving.Process.ProcessId);
        Console.WriteLine($"  ours: {ours:N0} MB/s, peak memory of the receiving process {memory:N0} MB");
        return
        [
            new Measure("mirror", ours, baseline, "plain parallel HTTP download, same URLs, same disk", "MB/s"),
            new Measure("mirror-memory", memory, MemoryBudgetMegabytes, "the budget", "MB"),
        ];
    }

    /// <summary>The most memory the process ever had resident, as Linux counts it.</summary>
    private static double PeakMegabytes(int processId)
    {
        var line = File.ReadLines($"/proc/{processId}/status").First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }
}
