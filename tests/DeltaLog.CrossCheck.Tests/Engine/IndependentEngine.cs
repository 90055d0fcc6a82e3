using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Tideway.DeltaLog.CrossCheck.Tests.Engine;

/// <summary>
/// ClickHouse in a process of its own, with its own reader and writer of Delta tables. Starting it takes seconds, so that one serves all tests.
/// Queries are answered one after the other.
/// </summary>
public sealed class IndependentEngine : IAsyncLifetime
{
    private const string Version = "3.4.0";

    private readonly SemaphoreSlim turn = new(1, 1);
    private Process? process;
    private long lastId;

    /// <summary>Where the engine is installed; <see langword="null"/> where it is not.</summary>
    public static string? Folder
    {
        get
        {
            var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } named
                ? named
                : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
            var folder = Environment.GetEnvironmentVariable("TIDEWAY_TEST_CHDB") ?? Path.Combine(cache, "tideway", "chdb", Version);
            return File.Exists(Path.Combine(folder, "node_modules", "chdb", "package.json")) ? folder : null;
        }
    }

    /// <summary>Skips the test where the engine is not installed.</summary>
    public static void Require() => Assert.SkipWhen(Folder is null, "The engine to compare with is not installed; eng/independent-engine does that.");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>What the engine answers, in its format <paramref name="format"/>. Its refusal is an <see cref="EngineException"/>.</summary>
    public async Task<string> QueryAsync(string sql, string format = "JSONCompactEachRow")
    {
        await turn.WaitAsync();
        try
        {
            process ??= Start();
            var id = ++lastId;
            await process.StandardInput.WriteLineAsync(
                JsonSerializer.Serialize(
                    new
                    {
                        id,
                        sql,
                        format,
                    }
                )
            );
            await process.StandardInput.FlushAsync();
            while (await process.StandardOutput.ReadLineAsync() is { } line)
            {
                // The engine itself may print something.
                if (!line.StartsWith("{\"id\":", StringComparison.Ordinal))
                    continue;
                using var answer = JsonDocument.Parse(line);
                answer.RootElement.GetProperty("id").GetInt64().ShouldBe(id);
                return answer.RootElement.TryGetProperty("error", out var error)
                    ? throw new EngineException(error.GetString()!)
                    : answer.RootElement.GetProperty("text").GetString()!;
            }

            await process.WaitForExitAsync();
            var status = process.ExitCode;
            process.Dispose();
            process = null;
            throw new InvalidOperationException($"The engine ended with status {status} at: {sql}");
        }
        finally
        {
            turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
        {
            process.StandardInput.Close();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        turn.Dispose();
    }

    private static Process Start()
    {
        var start = new ProcessStartInfo("node", [Path.Combine(AppContext.BaseDirectory, "Engine", "engine.mjs"), Folder!])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            StandardOutputEncoding = Encoding.UTF8,
        };
        return Process.Start(start)!;
    }
}

/// <summary>The engine refused a query.</summary>
public sealed class EngineException(string message) : Exception(message);
