using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Extensions.Logging;

namespace Tideway.Hosting.Logging;

/// <summary>
/// Logs are JSON lines on standard output. Levels come from <c>Logging:LogLevel</c>, and <c>Serilog</c> may add sinks and enrichers of its own;
/// only standard output has secrets taken out.
/// </summary>
internal static class LoggingDefaults
{
    public static void AddLoggingDefaults(this WebApplicationBuilder builder, string processName)
    {
        // First in the list, so that every other source overrides it.
        ((IConfigurationBuilder)builder.Configuration).Sources.Insert(
            0,
            new MemoryConfigurationSource
            {
                InitialData = new Dictionary<string, string?>(StringComparer.Ordinal)
                {
                    ["Logging:LogLevel:Default"] = "Information",
                    ["Logging:LogLevel:Microsoft"] = "Warning",
                    ["Logging:LogLevel:Microsoft.Hosting.Lifetime"] = "Information",
                    ["Logging:LogLevel:System.Net.Http"] = "Warning",
                    ["Logging:LogLevel:MassTransit"] = "Warning",
                    // Says a line for every caller without a token.
                    ["Logging:LogLevel:Tideway.Hosting.Identity.PrincipalAuthentication"] = "Warning",
                    ["Logging:LogLevel:Tideway.Hosting.Identity.InternalKeyAuthentication"] = "Warning",
                },
            }
        );
        // What passes the levels above is let through here; a level in the Serilog section may still narrow it.
        var logger = new LoggerConfiguration()
            .MinimumLevel.Verbose()
            .ReadFrom.Configuration(builder.Configuration)
            .Enrich.FromLogContext()
            .Enrich.WithProperty("Process", processName)
            .WriteTo.Console(new RedactingJsonFormatter())
            .CreateLogger();
        builder.Logging.ClearProviders();
        // AddSerilog would let everything through whatever Logging:LogLevel says.
#pragma warning disable CA2000 // The logger factory disposes its providers.
        builder.Logging.AddProvider(new SerilogLoggerProvider(logger, dispose: true));
#pragma warning restore CA2000
    }
}
