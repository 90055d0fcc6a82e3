using Tideway.TwoOrganisations;

namespace Tideway.EndToEnd.Tests.Hosts;

/// <summary>An organisation behind an address, whatever serves it there.</summary>
internal sealed class HostedOrganisation(string name, Uri url, string token) : OrganisationApi(name, url, token);
