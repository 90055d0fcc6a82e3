using System.Diagnostics;
using Tideway.DeltaLog.CrossCheck.Tests.Engine;
using Tideway.DuckDb;

namespace Tideway.DeltaLog.CrossCheck.Tests.Sequences;

/// <summary>A process that writes a table is killed at any moment, and another goes on.</summary>
public sealed class KilledWriterTests(IndependentEngine engine) : IDisposable
{
    private const int Steps = 24;
    private const int Kills = 5;

    private readonly string parent = Directory.CreateTempSubdirectory("tideway-killed-").FullName;
    private readonly DuckDbDatabase database = DuckDbDatabase.Open(new DuckDbOptions { Threads = 1 });

    [Theory]
    [InlineData(5001)]
    public async Task What_killed_writers_leave_behind_is_whole(int seed)
    {
        IndependentEngine.Require();
        var folder = Path.Combine(parent, "table");
        var random = new Random(seed);
        using var connection = database.Connect();
        await new Sequence(seed, folder, connection).CreateAsync();
        for (var kill = 0; kill < Kills && await DoneAsync(seed, folder, connection) < Steps - 4; kill++)
            await WriteAndKillAsync(seed, folder, random);

        var sequence = new Sequence(seed, folder, connection);
        var done = await sequence.DoneAsync();
        sequence.Skip(done + 1);
        for (var step = done + 1; step < Steps; step++)
            await sequence.StepAsync(step);
        for (var version = 0; version <= Steps; version++)
        {
            await sequence.CheckAsync(version);
            await sequence.CheckAsync(version, engine);
        }
    }

    /// <summary>Not a test of its own: what the process does that is killed.</summary>
    [Fact(Explicit = true)]
    public async Task Writes_until_it_is_killed()
    {
        var folder = Environment.GetEnvironmentVariable("TIDEWAY_CHILD_TABLE")!;
        var seed = int.Parse(Environment.GetEnvironmentVariable("TIDEWAY_CHILD_SEED")!);
        using var connection = database.Connect();
        var sequence = new Sequence(seed, folder, connection);
        var done = await sequence.DoneAsync();
        sequence.Skip(done + 1);
        for (var step = done + 1; step < Steps; step++)
            await sequence.StepAsync(step);
    }

    public void Dispose()
    {
        database.Dispose();
        Directory.Delete(parent, recursive: true);
    }

    private static Task<int> DoneAsync(int seed, string folder, DuckDbConnection connection) => new Sequence(seed, folder, connection).DoneAsync();

    private static async Task WriteAndKillAsync(int seed, string folder, Random random)
    {
        var log = Path.Combine(folder, "_delta_log");
        var before = Commits();
        var start = new ProcessStartInfo(
            Path.Combine(AppContext.BaseDirectory, "Tideway.DeltaLog.CrossCheck.Tests"),
            ["-noColor", "-explicit", "only", "-method", $"{typeof(KilledWriterTests).FullName}.{nameof(Writes_until_it_is_killed)}"]
        )
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        start.Environment["TIDEWAY_CHILD_TABLE"] = folder;
        start.Environment["TIDEWAY_CHILD_SEED"] = seed.ToString();
        using var writer = Process.Start(start)!;
        var output = writer.StandardOutput.ReadToEndAsync();
        var wanted = before + random.Next(1, 4);
        while (Commits() < wanted && !writer.HasExited)
            await Task.Delay(1);

        // Somewhere within the next operation, which takes some tens of milliseconds.
        await Task.Delay(random.Next(60));
        writer.Kill();
        await writer.WaitForExitAsync();
        Commits().ShouldBeGreaterThan(before, await output);

        int Commits() => Directory.GetFiles(log, "*.json").Length;
    }
}
