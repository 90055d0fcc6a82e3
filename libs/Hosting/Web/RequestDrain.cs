using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Tideway.Hosting.Web;

/// <summary>
/// Gives the requests under way their time to end when the process stops, and breaks off what takes longer. The web server would wait for them until no time is
/// left for those who stop after it.
/// </summary>
internal sealed class RequestDrain : IDisposable
{
    private readonly CancellationTokenSource over = new();
    private readonly CancellationTokenRegistration stopping;
    private ITimer? clock;

    public RequestDrain(IHostApplicationLifetime lifetime, IOptions<WebOptions> options, TimeProvider time) =>
        stopping = lifetime.ApplicationStopping.Register(() =>
            clock = time.CreateTimer(_ => over.Cancel(), null, options.Value.DrainTimeout, Timeout.InfiniteTimeSpan)
        );

    /// <summary>Runs a request, and breaks it off when its time is over.</summary>
    public async Task RunAsync(HttpContext context, RequestDelegate next)
    {
        await using var registration = over.Token.UnsafeRegister(static request => ((HttpContext)request!).Abort(), context);
        await next(context);
    }

    public void Dispose()
    {
        stopping.Dispose();
        clock?.Dispose();
        over.Dispose();
    }
}
