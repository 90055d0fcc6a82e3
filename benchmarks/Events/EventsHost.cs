using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Tideway.Hosting.Startup;

namespace Tideway.Benchmarks.Events;

/// <summary>A Tideway process with nothing but a database and the bus.</summary>
internal static class EventsHost
{
    public const string Queue = "bench-consumer-count-change";

    public static WebApplicationBuilder CreateBuilder(string service, string broker, string database)
    {
        var builder = TidewayHost.CreateBuilder([], service, [(Queue, typeof(MeasuredChange))]);
        builder.Configuration.AddInMemoryCollection(
            new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["Bus:Transport"] = "RabbitMq",
                ["Bus:ConnectionString"] = broker,
                ["Database:Engine"] = "PostgreSql",
                ["Database:ConnectionString"] = database,
                ["Internal:Key"] = Convert.ToBase64String(new byte[32]),
                ["RecipientAuth:Url"] = "http://127.0.0.1:9",
                // Standard output is for figures.
                ["Logging:LogLevel:Default"] = "Warning",
                ["Logging:LogLevel:Microsoft.Hosting.Lifetime"] = "Warning",
            }
        );
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.AddServiceDatabase((options, time) => new MeasuredDatabase(service, options, time));
        return builder;
    }
}
