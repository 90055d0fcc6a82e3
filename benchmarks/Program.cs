using Tideway.Benchmarks;
using Tideway.Benchmarks.Client;
using Tideway.Benchmarks.DeltaLog;
using Tideway.Benchmarks.Events;
using Tideway.Benchmarks.Mirror;
using Tideway.Benchmarks.Query;
using Tideway.Benchmarks.Signing;

IBenchmark[] benchmarks =
[
    new EventsBenchmark(),
    new MirrorBenchmark(),
    new DeltaColdBenchmark(),
    new DeltaMemoryBenchmark(),
    new DeltaAdvanceBenchmark(),
    new DeltaWriteBenchmark(),
    new DeltaMergeBenchmark(),
    new QueryBenchmark(),
    new QueryListsBenchmark(),
    new QueryBigBenchmark(),
    new ClientBenchmark(),
    new SignBenchmark(),
];

if (args is ["--child", ..])
    return await ChildProcess.RunAsync(args[1..]);
if (args.Contains("--list") || args.Contains("--help"))
{
    foreach (var benchmark in benchmarks)
        Console.WriteLine($"{benchmark.Name, -14} {benchmark.Question}");
    return 0;
}

var unknown = args.Except(benchmarks.Select(b => b.Name), StringComparer.Ordinal).ToList();
if (unknown.Count > 0)
{
    await Console.Error.WriteLineAsync($"No benchmark is named {string.Join(", ", unknown)}; there are {string.Join(", ", benchmarks.Select(b => b.Name))}.");
    return 2;
}

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};

var measures = new List<Measure>();
foreach (var benchmark in benchmarks.Where(b => args.Length == 0 || args.Contains(b.Name)))
{
    Console.WriteLine($"{benchmark.Name}: {benchmark.Question}");
    measures.AddRange(await benchmark.RunAsync(stop.Token));
}

Console.WriteLine();
Console.WriteLine($"{"measure", -22}{"ours", 14}{"baseline", 14}  {"unit", -12}{"ratio", 8}  baseline is");
foreach (var measure in measures)
    Console.WriteLine($"{measure.Bench, -22}{measure.Ours, 14:N1}{measure.Baseline, 14:N1}  {measure.Unit, -12}{measure.Ratio, 8:N2}  {measure.BaselineName}");
Console.WriteLine();
foreach (var measure in measures)
    Console.WriteLine(measure.ToJson());
return 0;
