using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Tideway.Benchmarks.Query;

/// <summary>The baseline of small answers: a Kestrel endpoint in a process of its own that returns the bytes of a file, and does nothing else.</summary>
internal static class PlainEndpoint
{
    public const string Part = "plain-endpoint";

    private const string Ready = "READY ";

    /// <summary>Starts the process; it serves the file's bytes at the address given back.</summary>
    public static async Task<(ChildProcess Process, Uri Url)> StartAsync(string file, CancellationToken cancellationToken)
    {
        var process = ChildProcess.Start(Part, file);
        return (process, new Uri((await process.WaitAsync(Ready, cancellationToken))[Ready.Length..] + "/answer"));
    }

    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        var bytes = await File.ReadAllBytesAsync(arguments[1]);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var app = builder.Build();
        app.MapGet(
            "/answer",
            async (HttpContext context) =>
            {
                context.Response.ContentType = "application/json; charset=utf-8";
                context.Response.ContentLength = bytes.Length;
                await context.Response.BodyWriter.WriteAsync(bytes, context.RequestAborted);
            }
        );
        await app.StartAsync();
        Console.WriteLine(Ready + app.Urls.Single());
        // The parent closes it to end this process.
        await Console.In.ReadToEndAsync();
        await app.StopAsync();
        return 0;
    }
}
