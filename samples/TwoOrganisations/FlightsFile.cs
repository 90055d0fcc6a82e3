using System.Diagnostics;

namespace Tideway.TwoOrganisations;

/// <summary>Three million flights of the US Bureau of Transportation Statistics, from the npm package vega-datasets (BSD-3-Clause).</summary>
internal static class FlightsFile
{
    private const string Package = "vega-datasets@3.2.1";
    private const string Inside = "package/data/flights-3m.parquet";
    private const string Source =
        "Flights January to June 2001, U.S. Bureau of Transportation Statistics (reported under 14 CFR Part 234), as sampled by the npm package vega-datasets 3.2.1.";

    /// <summary>The file, fetched at the first use and kept in <paramref name="cache"/> with a note of where it came from.</summary>
    public static async Task<string> GetAsync(string cache, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(cache, "vega-datasets-3.2.1");
        var file = Path.Combine(folder, "flights-3m.parquet");
        if (File.Exists(file))
            return file;

        var work = Path.Combine(cache, $"vega-datasets-{Environment.ProcessId}");
        Directory.CreateDirectory(work);
        try
        {
            await RunAsync("npm", ["pack", Package, "--silent"], work, cancellationToken);
            var archive = Directory.GetFiles(work, "*.tgz").Single();
            await RunAsync("tar", ["-xzf", archive, Inside, "package/README.md", "package/datapackage.json"], work, cancellationToken);
            Directory.CreateDirectory(folder);
            File.Move(Path.Combine(work, "package", "README.md"), Path.Combine(folder, "README.md"), overwrite: true);
            File.Move(Path.Combine(work, "package", "datapackage.json"), Path.Combine(folder, "datapackage.json"), overwrite: true);
            await File.WriteAllTextAsync(Path.Combine(folder, "NOTICE"), Source + Environment.NewLine, cancellationToken);
            File.Move(Path.Combine(work, Inside), file, overwrite: true);
            return file;
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private static async Task RunAsync(string program, IEnumerable<string> arguments, string folder, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = await process.StandardError.ReadToEndAsync(cancellationToken);
        await output;
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {errors.Trim()}");
    }
}
