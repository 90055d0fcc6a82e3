using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Tideway.Benchmarks.Query;

/// <summary>nginx (Debian: nginx-light) that serves one folder, for this run alone.</summary>
internal sealed class NginxServer : IAsyncDisposable
{
    private const string Program = "/usr/sbin/nginx";

    private readonly Process process;

    private NginxServer(Process process, Uri url)
    {
        this.process = process;
        Url = url;
    }

    public Uri Url { get; }

    /// <summary>Starts it. Without <paramref name="sendfile"/> it copies what it sends, as a server does whose bytes are encrypted or not in a file.</summary>
    public static async Task<NginxServer> StartAsync(string folder, string files, bool sendfile, CancellationToken cancellationToken)
    {
        if (!File.Exists(Program))
            throw new InvalidOperationException("nginx is not installed (Debian: apt-get install nginx-light).");
        Directory.CreateDirectory(folder);
        var port = FreePort();
        var configuration = Path.Combine(folder, "nginx.conf");
        await File.WriteAllTextAsync(
            configuration,
            $$"""
            daemon off;
            worker_processes {{Environment.ProcessorCount}};
            pid {{folder}}/nginx.pid;
            error_log {{folder}}/error.log;
            events { worker_connections 256; }
            http {
              access_log off;
              sendfile {{(sendfile ? "on" : "off")}};
              keepalive_requests 1000000;
              default_type application/x-ndjson;
              client_body_temp_path {{folder}}/body; proxy_temp_path {{folder}}/proxy; fastcgi_temp_path {{folder}}/fastcgi;
              uwsgi_temp_path {{folder}}/uwsgi; scgi_temp_path {{folder}}/scgi;
              server { listen 127.0.0.1:{{port}}; root {{files}}; }
            }
            """,
            cancellationToken
        );
        var start = new ProcessStartInfo(Program) { UseShellExecute = false };
        foreach (var argument in new[] { "-p", folder, "-c", configuration })
            start.ArgumentList.Add(argument);
        var server = new NginxServer(Process.Start(start)!, new Uri($"http://127.0.0.1:{port}/"));
        using var client = new HttpClient();
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await client.GetAsync(server.Url, cancellationToken);
                return server;
            }
            catch (HttpRequestException) when (attempt < 100 && !server.process.HasExited)
            {
                await Task.Delay(50, cancellationToken);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        // The master ends its workers when it is asked to, not when it is killed.
        using (var stop = Process.Start("/bin/kill", ["-TERM", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
            await stop.WaitForExitAsync();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
