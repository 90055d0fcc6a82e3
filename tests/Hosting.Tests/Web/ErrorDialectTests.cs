using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Tideway.Hosting.Tests.Hosts;
using Tideway.Hosting.Web;

namespace Tideway.Hosting.Tests.Web;

public sealed class ErrorDialectTests
{
    [Fact]
    public async Task A_service_may_tell_the_errors_of_its_routes_in_its_own_way()
    {
        await using var process = await TestProcess.StartAsync(
            builder => builder.Services.AddSingleton<IErrorDialect>(new Dialect()),
            app => app.MapGet("/protocol/broken", string () => throw new InvalidOperationException("secret inside"))
        );

        (await GetAsync(process, "/protocol/broken")).ShouldBe((HttpStatusCode.InternalServerError, "INTERNAL_ERROR!"));
        (await GetAsync(process, "/protocol/none")).ShouldBe((HttpStatusCode.NotFound, "ENDPOINT_NOT_FOUND!"));
        (await GetAsync(process, "/elsewhere")).Body.ShouldContain("\"error_code\":\"ENDPOINT_NOT_FOUND\"");
    }

    [Fact]
    public async Task An_answer_that_fails_half_way_is_cut_off_instead_of_looking_whole()
    {
        await using var process = await TestProcess.StartAsync(map: app =>
            app.MapGet(
                "/stream",
                async (HttpContext context) =>
                {
                    await context.Response.WriteAsync("first line\n");
                    await context.Response.Body.FlushAsync();
                    throw new InvalidOperationException("half way");
                }
            )
        );

        await Should.ThrowAsync<HttpRequestException>(() => process.Client.GetStringAsync("/stream"));
    }

    private static async Task<(HttpStatusCode Status, string Body)> GetAsync(TestProcess process, string path)
    {
        using var response = await process.Client.GetAsync(path);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private sealed class Dialect : IErrorDialect
    {
        public bool Covers(HttpRequest request) => request.Path.StartsWithSegments("/protocol", StringComparison.Ordinal);

        public async Task WriteAsync(HttpContext context, int status, string errorCode, string message)
        {
            context.Response.StatusCode = status;
            await context.Response.WriteAsync(errorCode + "!");
        }
    }
}
