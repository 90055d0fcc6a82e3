using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Tideway.Hosting.Health;
using Tideway.Hosting.Startup;
using Tideway.Hosting.Tests.Hosts;

namespace Tideway.Hosting.Tests.Health;

public sealed class HealthEndpointsTests
{
    [Fact]
    public async Task A_process_with_all_it_needs_is_live_and_ready_and_names_every_check()
    {
        await using var process = await TestProcess.StartAsync(builder => builder.AddServiceDatabase((options, time) => new TestDatabase(options, time)));

        (await process.Client.GetAsync("/health/live")).StatusCode.ShouldBe(HttpStatusCode.OK);
        var (status, report) = await ReadyAsync(process);

        status.ShouldBe(HttpStatusCode.OK);
        report.GetProperty("status").GetString().ShouldBe("ready");
        report.GetProperty("checks").GetProperty("database:test-service").GetProperty("ready").GetBoolean().ShouldBeTrue();
        report.GetProperty("checks").GetProperty("outbox:test-service").GetProperty("ready").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task A_database_without_its_tables_is_not_ready()
    {
        await using var process = await TestProcess.StartAsync(builder => builder.AddServiceDatabase((options, time) => new TestDatabase(options, time)));
        await using (var connection = await process.Services.GetRequiredService<TestDatabase>().OpenAsync(CancellationToken.None))
        await using (var command = connection.CreateCommand())
        {
            command.CommandText = "DROP TABLE schema_migration";
            await command.ExecuteNonQueryAsync();
        }

        var (status, report) = await ReadyAsync(process);

        status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        report.GetProperty("status").GetString().ShouldBe("not_ready");
        report.GetProperty("checks").GetProperty("database:test-service").GetProperty("description").GetString()!.ShouldContain("schema_migration");
        (await process.Client.GetAsync("/health/live")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_check_that_never_answers_counts_as_failed_and_the_others_are_still_told()
    {
        var never = new TaskCompletionSource<Readiness>();
        await using var process = await TestProcess.StartAsync(builder =>
        {
            builder.Services.AddSingleton<IReadinessCheck>(new Check("storage:slow", () => never.Task));
            builder.Services.AddSingleton<IReadinessCheck>(new Check("storage:broken", () => throw new IOException("disk; Password=hidden")));
            builder.Services.AddSingleton<IReadinessCheck>(new Check("storage:whole", () => Task.FromResult(new Readiness(true))));
        });

        var (status, report) = await ReadyAsync(process);

        status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        var checks = report.GetProperty("checks");
        checks.GetProperty("storage:slow").GetProperty("description").GetString().ShouldBe("no answer within 5 s");
        checks.GetProperty("storage:broken").GetProperty("description").GetString().ShouldBe("disk; Password=***");
        checks.GetProperty("storage:whole").GetProperty("ready").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task A_broker_that_is_away_is_told_and_the_process_serves_all_the_same()
    {
        await using var process = await TestProcess.StartAsync(
            null,
            null,
            "--Bus:Transport=RabbitMq",
            "--Bus:ConnectionString=amqp://guest:guest@127.0.0.1:1/"
        );

        var (status, report) = await ReadyAsync(process);

        status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        report.GetProperty("checks").GetProperty("bus").GetProperty("ready").GetBoolean().ShouldBeFalse();
        (await process.Client.GetAsync("/health/live")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Metrics_are_text_and_count_requests()
    {
        await using var process = await TestProcess.StartAsync();
        await process.Client.GetAsync("/health/live");

        using var response = await process.Client.GetAsync("/metrics");

        response.Content.Headers.ContentType?.MediaType.ShouldBe("text/plain");
        (await response.Content.ReadAsStringAsync()).ShouldContain("http_server_request_duration_seconds_count{");
    }

    [Fact]
    public async Task The_api_describes_itself()
    {
        await using var process = await TestProcess.StartAsync();

        using var response = await process.Client.GetAsync("/openapi/v1.json");

        var description = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        description.GetProperty("openapi").GetString()!.ShouldStartWith("3.");
        description.GetProperty("paths").TryGetProperty("/health/ready", out _).ShouldBeTrue();
    }

    private static async Task<(HttpStatusCode, JsonElement)> ReadyAsync(TestProcess process)
    {
        using var response = await process.Client.GetAsync("/health/ready");
        return (response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement);
    }

    private sealed class Check(string name, Func<Task<Readiness>> check) : IReadinessCheck
    {
        public string Name => name;

        public Task<Readiness> CheckAsync(CancellationToken cancellationToken) => check();
    }
}
