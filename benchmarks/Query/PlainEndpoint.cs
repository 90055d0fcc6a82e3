using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Tideway.Benchmarks.Query;

/// <summary>
/// The baselines of small answers: Kestrel endpoints in a process of its own that return the bytes of a file. One does nothing else; the other has each call on the disk
/// before its answer leaves.
/// </summary>
internal static class PlainEndpoint
{
    public const string Part = "plain-endpoint";

    private const string Ready = "READY ";
    private const string Answer = "/answer";
    private const string DurableAnswer = "/durable-answer";

    /// <summary>Starts the process; it serves the file's bytes at the addresses given back, and keeps its journal beside the file.</summary>
    public static async Task<(ChildProcess Process, Uri Plain, Uri Durable)> StartAsync(string file, CancellationToken cancellationToken)
    {
        var process = ChildProcess.Start(Part, file);
        var address = (await process.WaitAsync(Ready, cancellationToken))[Ready.Length..];
        return (process, new Uri(address + Answer), new Uri(address + DurableAnswer));
    }

    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        var bytes = await File.ReadAllBytesAsync(arguments[1]);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var app = builder.Build();
        using var journal = new PlainJournal(arguments[1] + ".journal");
        app.MapGet(Answer, (HttpContext context) => SendAsync(context, bytes));
        app.MapGet(
            DurableAnswer,
            async (HttpContext context) =>
            {
                await journal.WriteAsync(context.Request.Path);
                await SendAsync(context, bytes);
            }
        );
        await app.StartAsync();
        Console.WriteLine(Ready + app.Urls.Single());
        // The parent closes it to end this process.
        await Console.In.ReadToEndAsync();
        await app.StopAsync();
        return 0;
    }

    private static async Task SendAsync(HttpContext context, byte[] bytes)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.ContentLength = bytes.Length;
        await context.Response.BodyWriter.WriteAsync(bytes, context.RequestAborted);
    }
}
