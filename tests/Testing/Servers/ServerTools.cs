using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Tideway.Testing.Servers;

/// <summary>What starting a server takes.</summary>
internal static class ServerTools
{
    public static string? Find(params string[] candidates) => candidates.FirstOrDefault(File.Exists);

    public static string NewFolder(string kind) => Directory.CreateTempSubdirectory($"tideway-{kind}-").FullName;

    public static int FreePort() => FreePorts.Take();

    public static async Task<bool> ListensAsync(int port)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Runs a command to its end and returns what it wrote; throws with it where the command failed.</summary>
    public static async Task<string> RunAsync(IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken, params string[] command)
    {
        var start = new ProcessStartInfo(command[0])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in command.Skip(1))
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{string.Join(' ', command)} ended with {process.ExitCode}: {await output} {await errors}");
        return await output;
    }
}
