namespace Tideway.TwoOrganisations;

/// <summary>Leaves both organisations running and says what to try.</summary>
internal static class KeepUp
{
    public static async Task WaitAsync(Organisation skylane, Organisation harbor, TextWriter output, CancellationToken cancellationToken)
    {
        output.WriteLine();
        foreach (var organisation in new[] { skylane, harbor })
            output.WriteLine(
                $"{organisation.Name}: {organisation.Process.Url}  token {organisation.Token}  folder {organisation.Process.Folder}  log {organisation.Process.LogFile}"
            );
        output.WriteLine(
            $"""

            Things to try, in another terminal:
              export TIDEWAY_URL={skylane.Process.Url} TIDEWAY_TOKEN={skylane.Token}
              {RepositoryFolder.Cli} share list
              {RepositoryFolder.Cli} audit --recipient harbor
              {RepositoryFolder.Cli} recipient rotate harbor
              {RepositoryFolder.Cli} table history {Path.Combine(harbor.Process.Tables, "flights")}
              {RepositoryFolder.Cli} --url {harbor.Process.Url} --token {harbor.Token} sync status flights

            Press Ctrl-C to stop; everything is removed then.
            """
        );
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            output.WriteLine("Stopping.");
        }
    }
}
