using System.Net.Http.Headers;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tideway.Audit.Chain;
using Tideway.Audit.Query;
using Tideway.Audit.Records;
using Tideway.Audit.Storage;
using Tideway.Contracts;
using Tideway.Contracts.ShareRegistry;
using Tideway.Hosting.Database;
using Tideway.Hosting.Identity;
using Tideway.Hosting.Messaging;
using Tideway.Hosting.Startup;
using Tideway.Hosting.Web;
using Tideway.Testing;

namespace Tideway.Audit.Tests.Support;

/// <summary>The audit service on a database of its own, fed through its own outbox.</summary>
internal sealed class AuditHost : IAsyncDisposable
{
    private readonly WebApplication app;

    private AuditHost(WebApplication app)
    {
        this.app = app;
        Client = app.GetTestClient();
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Roles.Auditor);
    }

    public AuditDatabase Database => app.Services.GetRequiredService<AuditDatabase>();

    public RecordReader Reader => Services.GetRequiredService<RecordReader>();

    public IServiceProvider Services => app.Services;

    /// <summary>Calls as an auditor unless told otherwise: the name of a role is a token that has this role.</summary>
    public HttpClient Client { get; }

    public static async Task<AuditHost> StartAsync(params string[] settings)
    {
        var builder = TidewayHost.CreateBuilder(settings, AuditStartup.Name, EventRouting.All);
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        builder.AddAudit();
        builder.Services.AddSingleton<ICredentialSource, TokenPerRole>();
        var built = builder.Build();
        built.UseTideway();
        built.MapAudit();
        await built.StartAsync(TestContext.Current.CancellationToken);
        return new AuditHost(built);
    }

    /// <summary>Hands events to the service as its bus would, and waits until it is done with them.</summary>
    public async Task DeliverAsync(params IEnumerable<(Guid MessageId, object Event)> messages)
    {
        await using (var transaction = await Database.BeginAsync(TestContext.Current.CancellationToken))
        {
            foreach (var (messageId, told) in messages)
            {
                var message = told is ShareAccessed access ? new SharesAccessed { Accesses = [access], OccurredAt = access.OccurredAt } : told;
                await transaction.ExecuteAsync(
                    "INSERT INTO outbox_message (message_id, type, body, created_at) VALUES (@id, @type, @body, @at)",
                    new
                    {
                        id = messageId.ToString(),
                        type = $"{message.GetType().FullName}, {message.GetType().Assembly.GetName().Name}",
                        body = System.Text.Json.JsonSerializer.Serialize(message, message.GetType(), EventJson.Options),
                        at = 0L,
                    },
                    TestContext.Current.CancellationToken
                );
            }

            await transaction.CommitAsync(TestContext.Current.CancellationToken);
        }

        await Eventually.Async(async () => await CountAsync("outbox_message") == 0, because: "an empty outbox");
        (await CountAsync("parked_message")).ShouldBe(0, "a message could not be recorded");
    }

    public Task DeliverAsync(params IEnumerable<object> events) => DeliverAsync(events.Select(message => (Guid.CreateVersion7(), message)));

    public Task<IReadOnlyList<AuditRecord>> RecordsAsync() =>
        Database.QueryAsync<AuditRecord>($"SELECT {RecordSql.Columns} FROM audit_record ORDER BY sequence", null, TestContext.Current.CancellationToken);

    public Task<long> CountAsync(string table) =>
        Database.QueryFirstOrDefaultAsync<long>($"SELECT COUNT(*) FROM {table}", null, TestContext.Current.CancellationToken);

    public Task<ChainState> VerifyAsync(long first = 1, long last = long.MaxValue) =>
        Services.GetRequiredService<ChainVerification>().VerifyAsync(first, last, TestContext.Current.CancellationToken);

    /// <summary>Takes away what keeps the database from changing records, as somebody who owns it can.</summary>
    public async Task RemoveGuardsAsync()
    {
        foreach (var table in AppendOnlySql.Tables)
        {
            await TamperAsync(
                Database.Engine == DatabaseEngine.PostgreSql
                    ? $"ALTER TABLE {table} DISABLE TRIGGER ALL"
                    : $"DROP TRIGGER append_only_update_{table}; DROP TRIGGER append_only_delete_{table}"
            );
        }
    }

    /// <summary>Changes the database behind the back of the service.</summary>
    public async Task TamperAsync(string sql, object? parameters = null)
    {
        await using var connection = await Database.OpenAsync(TestContext.Current.CancellationToken);
        await connection.ExecuteAsync(sql, parameters);
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync(CancellationToken.None);
        await app.DisposeAsync();
    }
}
