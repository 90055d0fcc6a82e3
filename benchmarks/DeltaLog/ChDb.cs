using System.Diagnostics;
using System.Globalization;

namespace Tideway.Benchmarks.DeltaLog;

/// <summary>
/// ClickHouse in a process of Node.js (npm package chdb), which opens Delta tables with delta-kernel-rs. Found where the environment variable
/// TIDEWAY_CHDB names the folder that it was installed in.
/// </summary>
internal static class ChDb
{
    private const int Rounds = 3;

    // The table has no data files, so the question is one that its log answers: rows of a day that no partition holds.
    private const string Script = """
        const chdb = require(process.argv[1] + '/node_modules/chdb');
        const ask = (sql) => chdb.query(sql, 'CSV').trim();
        ask('SELECT 1');
        const start = process.hrtime.bigint();
        const rows = ask(`SELECT count() FROM deltaLakeLocal('${process.argv[2]}') WHERE date = '1999-01-01'`);
        console.log(rows, Number(process.hrtime.bigint() - start) / 1e9);
        """;

    /// <summary>Seconds to open the table, the median of some runs; null where chDB is not there.</summary>
    public static async Task<double?> MeasureAsync(MillionFileTable table, CancellationToken cancellationToken)
    {
        if (Environment.GetEnvironmentVariable("TIDEWAY_CHDB") is not { Length: > 0 } folder)
            return null;
        var seconds = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            var start = new ProcessStartInfo("node")
            {
                WorkingDirectory = "/",
                RedirectStandardOutput = true,
                UseShellExecute = false,
            };
            foreach (var argument in (string[])["-e", Script, folder, table.Folder])
                start.ArgumentList.Add(argument);
            using var process = Process.Start(start)!;
            var words = (await process.StandardOutput.ReadToEndAsync(cancellationToken)).Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
            await process.WaitForExitAsync(cancellationToken);
            if (process.ExitCode != 0 || words is not ["0", var text])
                throw new InvalidOperationException($"chDB ended with {process.ExitCode} and said '{string.Join(' ', words)}', expected 0 rows and the time.");
            seconds.Add(double.Parse(text, CultureInfo.InvariantCulture));
            Console.WriteLine($"  chDB: {text} s");
        }

        return seconds.Order().ElementAt(Rounds / 2);
    }
}
