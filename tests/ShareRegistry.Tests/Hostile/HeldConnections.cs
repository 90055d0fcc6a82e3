using System.Diagnostics;
using System.Globalization;

namespace Tideway.ShareRegistry.Tests.Hostile;

/// <summary>
/// Connections that a process of its own holds open, as strangers would: in one process both ends of each would count against what it may have open.
/// </summary>
public sealed class HeldConnections : IDisposable
{
    private const string Address = "TIDEWAY_HELD_ADDRESS";
    private const string Count = "TIDEWAY_HELD_COUNT";
    private const string Ready = "all connections are open";
    private const int AtOnce = 64;

    private readonly Process? holder;

    /// <summary>As a test: for the one below.</summary>
    public HeldConnections() { }

    private HeldConnections(Process holder) => this.holder = holder;

    /// <summary>Opens connections; on every other one a request begins that never ends, and nothing is sent on the others.</summary>
    internal static async Task<HeldConnections> OpenAsync(Uri address, int count)
    {
        var start = new ProcessStartInfo(
            Path.Combine(AppContext.BaseDirectory, "Tideway.ShareRegistry.Tests"),
            ["-noColor", "-showLiveOutput", "-explicit", "only", "-method", $"{typeof(HeldConnections).FullName}.{nameof(Holds_them_until_its_input_ends)}"]
        )
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment[Address] = address.ToString();
        start.Environment[Count] = count.ToString(CultureInfo.InvariantCulture);
        var held = new HeldConnections(Process.Start(start)!);
        try
        {
            var said = new List<string>();
            while (await held.holder!.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
            {
                said.Add(line);
                if (line.Contains(Ready, StringComparison.Ordinal))
                    return held;
            }

            throw new InvalidOperationException($"The connections were not opened: {string.Join('\n', said)}");
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Not a test of its own: what the other process does. It also ends when this process does, whose end of its input then closes.</summary>
    [Fact(Explicit = true)]
    public async Task Holds_them_until_its_input_ends()
    {
        var address = new Uri(Environment.GetEnvironmentVariable(Address)!);
        var connections = new RawConnection[int.Parse(Environment.GetEnvironmentVariable(Count)!, CultureInfo.InvariantCulture)];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, connections.Length),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (i, _) =>
            {
                connections[i] = await RawConnection.OpenAsync(address);
                await connections[i].SendAsync(i % 2 == 0 ? "GET /delta-sharing/shares HTTP/1.1\r\nHost: x\r\nX-Never: " : "");
            }
        );
        await using (var output = Console.OpenStandardOutput())
            await output.WriteAsync(System.Text.Encoding.ASCII.GetBytes(Ready + "\n"), TestContext.Current.CancellationToken);
        while (await Console.In.ReadLineAsync(TestContext.Current.CancellationToken) is not null) { }
        foreach (var connection in connections)
            connection.Dispose();
    }

    public void Dispose()
    {
        if (holder is null)
            return;
        if (!holder.HasExited)
            holder.Kill();
        holder.WaitForExit();
        holder.Dispose();
    }
}
