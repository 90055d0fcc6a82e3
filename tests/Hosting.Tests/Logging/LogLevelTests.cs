using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tideway.Hosting.Startup;

namespace Tideway.Hosting.Tests.Logging;

public sealed class LogLevelTests
{
    [Theory]
    [InlineData("Tideway.Audit", LogLevel.Information)]
    [InlineData("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning)]
    [InlineData("Microsoft.Hosting.Lifetime", LogLevel.Information)]
    [InlineData("System.Net.Http.HttpClient.x.LogicalHandler", LogLevel.Warning)]
    [InlineData("MassTransit", LogLevel.Warning)]
    public async Task What_the_framework_says_is_logged_from_warnings_on(string category, LogLevel expected)
    {
        await using var app = TidewayHost.CreateBuilder(["--environment=Production"], "test", []).Build();

        LowestOf(app.Services, category).ShouldBe(expected);
    }

    [Theory]
    [InlineData("--Logging:LogLevel:Microsoft=Debug", "Microsoft.AspNetCore.Routing", LogLevel.Debug)]
    [InlineData("--Logging:LogLevel:Default=Error", "Tideway.Audit", LogLevel.Error)]
    [InlineData("--Logging:LogLevel:Tideway.Audit=Trace", "Tideway.Audit.Records", LogLevel.Trace)]
    public async Task Configuration_sets_the_levels(string setting, string category, LogLevel expected)
    {
        await using var app = TidewayHost.CreateBuilder(["--environment=Production", setting], "test", []).Build();

        LowestOf(app.Services, category).ShouldBe(expected);
    }

    private static LogLevel LowestOf(IServiceProvider services, string category)
    {
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger(category);
        return Enum.GetValues<LogLevel>().First(logger.IsEnabled);
    }
}
