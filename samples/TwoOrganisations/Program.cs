using System.Diagnostics;
using System.Text.Json.Nodes;
using Tideway.DuckDb;
using Tideway.TwoOrganisations;

var keep = args.Contains("--keep");
if (args.Except(["--keep"], StringComparer.Ordinal).Any())
{
    await Console.Error.WriteLineAsync($"Unknown option {string.Join(' ', args.Except(["--keep"], StringComparer.Ordinal))}; there is --keep.");
    return 2;
}

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};

var failed = false;
var started = Stopwatch.GetTimestamp();
var repository = RepositoryFolder.Find();
var folder = Path.Combine(Path.GetTempPath(), $"tideway-demo-{Guid.CreateVersion7():N}");
try
{
    var flights = await FlightsFile.GetAsync(Path.Combine(repository, ".cache"), stop.Token);
    string[] oneMachine =
    [
        "--CdfPublisher:Delivery:AllowInsecureLoopback",
        "true",
        "--InboundSync:AllowInsecureHttp",
        "true",
        "--InboundSync:AllowPrivateAddresses",
        "true",
    ];
    await using var skylaneProcess = await StandaloneProcess.StartAsync(RepositoryFolder.Standalone, Path.Combine(folder, "skylane"), oneMachine, stop.Token);
    await using var harborProcess = await StandaloneProcess.StartAsync(RepositoryFolder.Standalone, Path.Combine(folder, "harbor"), oneMachine, stop.Token);
    using var skylane = new Organisation("Skylane", skylaneProcess, await skylaneProcess.AdminToken);
    using var harbor = new Organisation("Harbor", harborProcess, await harborProcess.AdminToken);
    Console.WriteLine(
        $"Skylane runs at {skylane.Process.Url} (process {skylaneProcess.ProcessId}), Harbor at {harbor.Process.Url} (process {harborProcess.ProcessId}); each has its own folder, keys and port."
    );

    using var database = DuckDbDatabase.Open(new DuckDbOptions());
    var figures = await new Exchange(skylane, harbor, database, flights, Console.Out).RunAsync(stop.Token);
    if (keep)
        await KeepUp.WaitAsync(skylane, harbor, Console.Out, stop.Token);

    figures["seconds"] = Math.Round(Stopwatch.GetElapsedTime(started).TotalSeconds, 1);
    figures["ok"] = true;
    Console.WriteLine();
    Console.WriteLine(figures.ToJsonString());
    return 0;
}
catch (Exception exception)
{
    failed = exception is not OperationCanceledException;
    await Console.Error.WriteLineAsync(failed ? $"{exception}\nThe folders and logs of both organisations are left in {folder}." : "Stopped.");
    Console.WriteLine(new JsonObject { ["ok"] = false, ["error"] = exception.Message }.ToJsonString());
    return 1;
}
finally
{
    if (!failed && Directory.Exists(folder))
        Directory.Delete(folder, recursive: true);
}
