"""Papers in English beside the Chinese, for an applicant who asks for them."""
