using Microsoft.Extensions.Options;

namespace Tideway.RecipientAuth.Principals;

/// <summary>At the start, makes the first administrator from the configuration where one is needed.</summary>
internal sealed class BootstrapAdministrator(FirstAdministrator first, IOptions<CredentialOptions> options, ILogger<BootstrapAdministrator> logger)
    : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Value.BootstrapAdminToken is not { } token)
            return;
        switch (await first.EnsureAsync(token, cancellationToken))
        {
            case BootstrapResult.Made:
                logger.FirstAdministratorMade();
                break;
            case BootstrapResult.TokenSpent:
                logger.BootstrapTokenSpent();
                break;
            default:
                break;
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
