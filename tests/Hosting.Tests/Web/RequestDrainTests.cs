using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Tideway.Hosting.Tests.Hosts;

namespace Tideway.Hosting.Tests.Web;

public sealed class RequestDrainTests
{
    private readonly TaskCompletionSource end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly LastToStop last = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_takes_too_long_at_the_end_is_broken_off_and_leaves_time_to_those_who_stop_later()
    {
        var process = await StartAsync("00:00:00.100");
        await using var _ = process;
        using var answer = await process.Client.GetAsync("/slow", HttpCompletionOption.ResponseHeadersRead, Token);

        await process.StopAsync();

        await Should.ThrowAsync<HttpRequestException>(() => answer.Content.ReadAsStringAsync(Token));
        last.HadTime.ShouldBe(true);
    }

    [Fact]
    public async Task What_ends_in_time_is_answered_whole()
    {
        var process = await StartAsync("00:05:00");
        await using var _ = process;
        using var answer = await process.Client.GetAsync("/slow", HttpCompletionOption.ResponseHeadersRead, Token);

        var stopping = process.StopAsync();
        await StoppingAsync(process);
        end.SetResult();

        (await answer.Content.ReadAsStringAsync(Token)).ShouldBe("beginend");
        await stopping;
        last.HadTime.ShouldBe(true);
    }

    private Task<TestProcess> StartAsync(string timeout) =>
        TestProcess.StartAsync(
            builder => builder.Services.AddSingleton<IHostedService>(last),
            app =>
                app.MapGet(
                    "/slow",
                    async (HttpContext context) =>
                    {
                        await context.Response.WriteAsync("begin", Token);
                        await context.Response.Body.FlushAsync(Token);
                        await end.Task.WaitAsync(context.RequestAborted);
                        await context.Response.WriteAsync("end", Token);
                    }
                ),
            $"--Web:DrainTimeout={timeout}"
        );

    private static async Task StoppingAsync(TestProcess process)
    {
        var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = process.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(stopping.SetResult);
        await stopping.Task.WaitAsync(Token);
    }

    // Made before the web server, so stopped after it.
    private sealed class LastToStop : IHostedService
    {
        public bool? HadTime { get; private set; }

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken)
        {
            HadTime = !cancellationToken.IsCancellationRequested;
            return Task.CompletedTask;
        }
    }
}
