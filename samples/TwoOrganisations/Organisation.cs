namespace Tideway.TwoOrganisations;

/// <summary>An organisation with the process that it runs in.</summary>
internal sealed class Organisation(string name, StandaloneProcess process, string token) : OrganisationApi(name, process.Url, token)
{
    public StandaloneProcess Process { get; } = process;
}
